import { holdersOf, pairsOf, sessionsOf } from '../attribution/pairs.ts'
import type { Process, Session } from '../timeline/member.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { memberAt, runningLooks } from './rest.ts'
import type { Stay } from './stay.ts'
import { stayMs } from './thresholds.ts'

/**
 * Whether a process had made no progress for at least `stayMs` when it was last seen: no CPU time, no thread that wants to run, no session that works for it. Time alone proves nothing
 * on a machine that has too much to do.
 */
export function isStuck(timeline: Timeline, { latest, untilMs, rest }: Stay<Process>): boolean {
  return isStill(timeline, latest, untilMs) && sessionsOf(pairsOf(rest.last), latest).every(({ state }) => state !== 'active')
}

/** Whether the process of a request that holds this session was still at work for it. */
export function isWorkedOn(timeline: Timeline, { latest, untilMs, rest }: Stay<Session>): boolean {
  const holders = holdersOf(pairsOf(rest.last), latest).filter(({ request }) => request !== null)
  return holders.length > 0 && holders.every((holder) => !isStill(timeline, holder, untilMs))
}

/** CPU time that a process has used from the first look of its stay to the last. */
export function cpuUsedMs(timeline: Timeline, { latest, sinceMs }: Stay<Process>): number {
  const first = runningLooks(timeline).find(({ atMs }) => atMs >= sinceMs)?.members.find((member) => member.kind === 'process' && member.id === latest.id)
  return first?.kind === 'process' ? latest.cpuMs - first.cpuMs : 0
}

/** Whether the looks up to a moment of the run show a process at a standstill for at least `stayMs`. */
export function isStill(timeline: Timeline, { id }: Process, untilMs: number): boolean {
  const looks = runningLooks(timeline)
  let last: Process | null = null
  for (let at = looks.findLastIndex(({ atMs }) => atMs <= untilMs); at >= 0; at -= 1) {
    const look = looks[at] as (typeof looks)[number]
    const seen = memberAt(look, { kind: 'process', id })
    if (seen?.kind !== 'process' || seen.state === 'R' || (seen.runnableThreads ?? 0) > 0) return false
    last ??= seen
    // A runtime's idle threads may use a tick now and then: up to 1 % of the time, and one tick of 10 ms, is no progress.
    if (last.cpuMs - seen.cpuMs > Math.max(10, (untilMs - look.atMs) / 100)) return false
    if (untilMs - look.atMs >= stayMs) return true
  }
  return false
}
