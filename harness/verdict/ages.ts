import type { Session } from '../timeline/member.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { remembered } from './remembered.ts'
import type { Stay } from './stay.ts'

/**
 * For how long a session is known to be as it is. `toldMs` is what the server says, by a clock that may be set while the run goes on: back, and the looks have shown it for longer; forward, and
 * nothing is as old as that. For how long the looks have shown it is told by the run's own clock.
 */
export function ageOf(timeline: Timeline, { latest, sinceMs, untilMs }: Stay<Session>, toldMs: number | null): number {
  const shownMs = untilMs - sinceMs
  return latest.seenAtMs === undefined && wereOnOneClock(timeline) ? shownMs : Math.max(toldMs ?? 0, shownMs)
}

/** The server's clock was the run's own, at one look at least: where it is no longer, it was set. */
const wereOnOneClock = remembered(({ looks }: Timeline): boolean => looks.some(({ members }) => members.some((member) => member.kind === 'session' && member.seenAtMs !== undefined)))
