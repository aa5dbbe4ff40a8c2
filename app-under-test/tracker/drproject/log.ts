import { openSync, writeSync } from 'node:fs'
import { shorten } from './shorten.ts'

export type Log = (line: string) => void

/**
 * Appends lines with time and pid to the file that LOWTIDE_LOG names, else TRACKER_LOG, else to stderr.
 * Each line is written before the call returns: a process that hangs has said where. Nothing that a visitor sent can begin another line.
 */
export function openLog(variables: NodeJS.ProcessEnv): Log {
  const file = variables.LOWTIDE_LOG || variables.TRACKER_LOG
  const descriptor = file ? openSync(file, 'a') : 2
  return (line) => {
    try {
      writeSync(descriptor, `${new Date().toISOString()} [${process.pid}] ${shorten(line, 1000).replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')}\n`)
    } catch {
      // A full disk or a closed stderr must not take the page down with it.
    }
  }
}
