import type { Look } from '../timeline/entry.ts'
import type { Session } from '../timeline/member.ts'
import { formOf } from '../timeline/standing-queries.ts'
import type { Stamped, Timeline } from '../timeline/timeline.ts'
import { runAtRest } from './at-rest.ts'
import { requestsOf } from './exhaustion.ts'
import { isStillLeft } from './heal.ts'
import { lastLoadOf } from './last-load.ts'
import { cycleOf, memberAt, runningLooks } from './rest.ts'
import type { Stay } from './stay.ts'

/** One thing was left by the first `sent` requests, and the `sentAfter` requests after them left none. `chance`: the probability that a leak looks like this. */
export type EarlyLoad = { readonly sent: number; readonly sentAfter: number; readonly chance: number }

/**
 * Whether this one thing was left by a load before the measured ones, as what is held by design is: an elected leader holds its lock so where the first request or a timer starts the
 * election, and a reader of changes its slot. A leak that leaves n things a run on average leaves exactly one in n e^-n of the runs, in 1/e at most, and any of its requests is as
 * likely to be the one.
 * null where it cannot be by design: a measured load has left it, it has gone since, or later requests use the session that holds it, as they do where a session went back into its pool
 * with its lock.
 */
export function leftByEarlyLoad(timeline: Timeline, stay: Stay): EarlyLoad | null {
  const looks = runningLooks(timeline)
  const cycleBy = (look: Stamped<Look> | undefined): number => (look && cycleOf(timeline, look)) ?? -1
  const latest = cycleBy(looks.find(({ atMs }) => atMs >= stay.sinceMs))
  // If looks are missing, it may have been there unseen: any cycle since the last look without it may be the one.
  const earliest = timeline.cycles.find(({ cycle }) => cycle > cycleBy(looks.findLast(({ atMs }) => atMs < stay.sinceMs)))
  if (earliest === undefined || earliest.role === 'measured' || hasGone(looks, stay)) return null
  if (stay.latest.kind === 'session' && isUsedAfter(timeline, stay.latest, latest)) return null
  const sentIn = (is: (cycle: number) => boolean): number => timeline.doses.reduce((sum, dose) => (is(dose.cycle) ? sum + requestsOf(timeline, dose) : sum), 0)
  const [sent, sentAfter] = [sentIn((cycle) => cycle <= latest), sentIn((cycle) => cycle > latest)]
  return { sent, sentAfter, chance: sent / (sent + sentAfter) / Math.E }
}

/** Whether a later look shows that it has gone. A look at which a probe gave no answer shows nothing. */
const hasGone = (looks: readonly Stamped<Look>[], { latest, untilMs }: Stay): boolean =>
  looks.some((look) => {
    const seen = memberAt(look, latest)
    return look.atMs > untilMs && look.missed === undefined && !(seen !== undefined && isStillLeft(latest, seen))
  })

/** Whether a load after this cycle has run a query on the session, other than those that the application runs by itself there: a leader may ask for a sign of life now and then, under load or not. */
const isUsedAfter = (timeline: Timeline, session: Session, cycle: number): boolean =>
  runningLooks(timeline).some((look) => {
    const seen = memberAt(look, session)
    return seen?.kind === 'session' && (lastLoadOf(timeline, look, seen) ?? -1) > cycle && runAtRest(timeline).get(formOf(seen))?.has(session.id) !== true
  })
