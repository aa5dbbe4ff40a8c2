import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'

// What /proc tells of the processes of this machine (proc(5)). Nothing of those that have gone meanwhile or that this user may not see, and nothing at all elsewhere than on Linux.

export const pids = (): readonly number[] => (existsSync('/proc') ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number) : [])

/** A file of /proc as text; empty where it cannot be read. */
export function readProc(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, 'utf8')
  } catch {
    return ''
  }
}

/** The words of a command line, or `NAME=value` of an environment. */
export const wordsOf = (pid: number, file: 'cmdline' | 'environ'): readonly string[] => readProc(`${pid}/${file}`).split('\0')

export const commandOf = (pid: number): string => readProc(`${pid}/cmdline`).replaceAll('\0', ' ').trim().slice(0, 80)

/** A folder that was deleted has ` (deleted)` behind its name. Empty where it cannot be read. */
export function workingFolderOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`)
  } catch {
    return ''
  }
}

export type ProcessStat = { readonly pid: number; readonly state: string; readonly parentPid: number; readonly session: number }

/** The command stands in parentheses and may hold anything, also parentheses: the fields are counted from the last of them. */
export function statOf(pid: number): ProcessStat | null {
  const text = readProc(`${pid}/stat`)
  const [state = '', parentPid, , session] = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return text === '' ? null : { pid, state, parentPid: Number(parentPid), session: Number(session) }
}
