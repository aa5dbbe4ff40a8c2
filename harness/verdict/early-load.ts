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

/** `sent` requests had been sent when it was left, and `sentAfter` more left none. `chance`: how likely a leak looks so. */
export type EarlyLoad = { readonly sent: number; readonly sentAfter: number; readonly chance: number }

/**
 * The load before the measured ones that left this one thing. An elected leader holds its lock so where the first request or a timer starts the election, and a reader of changes its slot. A leak
 * that leaves n a run on average leaves exactly one in n e^-n of the runs, 1/e at most, and any of its requests is as likely the one that did.
 * null where it cannot be meant: a measured load has left it, it has gone since, or later requests use the session that holds it, as they do where a lock went back into a pool.
 */
export function leftByEarlyLoad(timeline: Timeline, stay: Stay): EarlyLoad | null {
  const looks = runningLooks(timeline)
  const cycleBy = (look: Stamped<Look> | undefined): number => (look && cycleOf(timeline, look)) ?? -1
  const latest = cycleBy(looks.find(({ atMs }) => atMs >= stay.sinceMs))
  // Looks that were not made may have hidden it.
  const earliest = timeline.cycles.find(({ cycle }) => cycle > cycleBy(looks.findLast(({ atMs }) => atMs < stay.sinceMs)))
  if (earliest === undefined || earliest.role === 'measured' || hasGone(looks, stay)) return null
  if (stay.latest.kind === 'session' && isUsedAfter(timeline, stay.latest, latest)) return null
  const sentIn = (is: (cycle: number) => boolean): number => timeline.doses.reduce((sum, dose) => (is(dose.cycle) ? sum + requestsOf(timeline, dose) : sum), 0)
  const [sent, sentAfter] = [sentIn((cycle) => cycle <= latest), sentIn((cycle) => cycle > latest)]
  return { sent, sentAfter, chance: sent / (sent + sentAfter) / Math.E }
}

/** By a look that would have shown it: where a probe gave no answer, nothing has gone. */
const hasGone = (looks: readonly Stamped<Look>[], { latest, untilMs }: Stay): boolean =>
  looks.some((look) => {
    const seen = memberAt(look, latest)
    return look.atMs > untilMs && look.missed === undefined && !(seen !== undefined && isStillLeft(latest, seen))
  })

/** A load later than this cycle's has run a query on it, which it never runs by itself: a leader may ask for a sign of life now and then, under load or not. */
const isUsedAfter = (timeline: Timeline, session: Session, cycle: number): boolean =>
  runningLooks(timeline).some((look) => {
    const seen = memberAt(look, session)
    return seen?.kind === 'session' && (lastLoadOf(timeline, look, seen) ?? -1) > cycle && runAtRest(timeline).get(formOf(seen))?.has(session.id) !== true
  })
