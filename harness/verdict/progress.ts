import { holdersOf, pairsOf, sessionsOf } from '../attribution/pairs.ts'
import type { Process, Session } from '../timeline/member.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { memberAt, runningLooks } from './rest.ts'
import type { Stay } from './stay.ts'
import { stayMs } from './thresholds.ts'

/**
 * Whether a process had made no progress for long enough when it was last seen: no CPU time, no thread that wants to run, no session at work
 * for it. Time alone proves nothing on a machine that has too much to do.
 */
export function isStuck(timeline: Timeline, { latest, untilMs, rest }: Stay<Process>): boolean {
  return stillMs(timeline, latest, untilMs) >= stayMs && sessionsOf(pairsOf(rest.last), latest).every(({ state }) => state !== 'active')
}

/** Whether the process of a request that holds this session was still at work for it. */
export function isWorkedOn(timeline: Timeline, { latest, untilMs, rest }: Stay<Session>): boolean {
  const holders = holdersOf(pairsOf(rest.last), latest).filter(({ request }) => request !== null)
  return holders.length > 0 && holders.every((holder) => stillMs(timeline, holder, untilMs) < stayMs)
}

/** CPU time that a process has used from the first look of its stay to the last. */
export function cpuUsedMs(timeline: Timeline, { latest, sinceMs }: Stay<Process>): number {
  const first = runningLooks(timeline).find(({ atMs }) => atMs >= sinceMs)?.members.find((member) => member.kind === 'process' && member.id === latest.id)
  return first?.kind === 'process' ? latest.cpuMs - first.cpuMs : 0
}

/** For how long, up to a moment, its looks show a process at a standstill. */
export function stillMs(timeline: Timeline, { id }: Process, untilMs: number): number {
  let last: Process | null = null
  let sinceMs = untilMs
  for (const look of runningLooks(timeline).toReversed()) {
    const { atMs } = look
    if (atMs > untilMs) continue
    const seen = memberAt(look, { kind: 'process', id })
    if (seen?.kind !== 'process' || seen.state === 'R' || (seen.runnableThreads ?? 0) > 0) break
    last ??= seen
    // A runtime's idle threads may use a tick now and then: up to 1 % of the time, and one tick of 10 ms, is no progress.
    if (last.cpuMs - seen.cpuMs > Math.max(10, (untilMs - atMs) / 100)) break
    sinceMs = atMs
  }
  return untilMs - sinceMs
}
