import type { Session } from '../timeline/member.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { remembered } from './remembered.ts'
import type { Stay } from './stay.ts'

/**
 * How long a session has been in its present state, in milliseconds. `toldMs` is the age that the server tells, by a clock that somebody may set during the run. If it is set back, the
 * looks have shown the state for longer than it tells; if it is set forward, the age that it tells is too high, and only what the looks have shown counts. That is measured by the run's
 * own clock.
 */
export function ageOf(timeline: Timeline, { latest, sinceMs, untilMs }: Stay<Session>, toldMs: number | null): number {
  const shownMs = untilMs - sinceMs
  return latest.seenAtMs === undefined && wereOnOneClock(timeline) ? shownMs : Math.max(toldMs ?? 0, shownMs)
}

/** Whether the server's clock agreed with the run's at one look at least. Where it agrees no longer, it was set. */
const wereOnOneClock = remembered(({ looks }: Timeline): boolean => looks.some(({ members }) => members.some((member) => member.kind === 'session' && member.seenAtMs !== undefined)))
