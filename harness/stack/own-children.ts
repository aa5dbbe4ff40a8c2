import { readdirSync, readFileSync } from 'node:fs'

/** Processes that this one has started for `run` and whose command line contains `word`: the agent, or k6. Their numbers; none elsewhere than on Linux. */
export function ownChildren(run: string, word: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => parentOf(pid) === process.pid && read(`/proc/${pid}/cmdline`).includes(word) && read(`/proc/${pid}/environ`).split('\0').includes(`LOWTIDE_OWNER=${run}`))
}

/** proc(5): the command stands in parentheses and may hold spaces and parentheses itself. */
function parentOf(pid: number): number | null {
  const stat = read(`/proc/${pid}/stat`)
  return stat === '' ? null : Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return '' // gone
  }
}
