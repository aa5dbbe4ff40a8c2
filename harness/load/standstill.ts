import { readFileSync } from 'node:fs'

/** What a load has come to, whenever it is asked. */
export type Progress = { readonly started: number; readonly finished: number; readonly inFlight: number }

/** How a load stands still. `cpuMs` is what the busiest of its generators has used meanwhile. */
export type Standstill = { readonly ms: number; readonly cpuMs: number }

/** Share of one CPU that a generator gets at least while code of its journey runs for ever, on a busy machine too. One whose users think, or wait for their moments, uses two hundredths. */
const atWork = 0.1

/**
 * Tells a load whose journey does not come back: nothing is in flight, nothing has come for `limitMs`, and its generators are at work all the same. k6 itself would go on so until
 * its load's own limit of time, which is that of all requests timing out one after another.
 * @param cpuMs CPU time of each generator so far, always in the same order: many that rest are together no one at work
 * @param beginsWithinMs how long there may be no first request, where a generator makes its users only while it is watched
 */
export const watchStandstill = (limitMs: number, cpuMs: () => readonly number[], beginsWithinMs = limitMs): ((nowMs: number, progress: Progress) => Standstill | null) => {
  let seen = 0
  let sinceMs: number | null = null
  let cpuBeforeMs: readonly number[] = []
  return (nowMs, { started, finished, inFlight }) => {
    if (inFlight > 0 || started + finished !== seen || sinceMs === null) {
      seen = started + finished
      sinceMs = nowMs
      cpuBeforeMs = cpuMs()
      return null
    }
    const ms = nowMs - sinceMs
    if (ms < (started === 0 ? beginsWithinMs : limitMs)) return null
    const usedMs = Math.max(0, ...cpuMs().map((soFarMs, nth) => soFarMs - (cpuBeforeMs[nth] ?? 0)))
    return usedMs >= atWork * ms ? { ms, cpuMs: usedMs } : null
  }
}

/** CPU time of a process with all its threads; 0 where `/proc` does not tell. */
export const cpuMsOf = (pid: number): number => {
  try {
    // The command, which is in parentheses and may hold anything, comes before. See proc_pid_stat(5): utime and stime are fields 14 and 15.
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ') ?? []
    return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * tickMs
  } catch {
    return 0
  }
}

/** The kernel tells times in ticks of 1/100 s, whatever its own. */
const tickMs = 10
