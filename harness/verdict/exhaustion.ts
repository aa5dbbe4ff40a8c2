import type { Dose } from '../timeline/entry.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { placesOf } from './places.ts'
import { remembered } from './remembered.ts'
import { sentBy, sentIn } from './sent.ts'

/** From this cycle on no request was served any more. `sent` requests count towards a rate; `inVain` came after them, and what they would have left is not known (the rate is censored). */
export type Exhaustion = { readonly cycle: number; readonly sent: number; readonly inVain: number }

/** A cycle that answers a smaller share of its requests counts as not served: some routes need no place of the pool, and still answer. */
const served = 0.05

/**
 * When the application had no place left for any request. A leak that takes a place of a pool with some of its requests ends there; from then on all requests fail alike, and what they
 * leave behind is not of the leak. It shows in cycles that answered hardly any request, up to the last; or in a pool that had places before the load and has none after it.
 * null where the application went on serving to the end, where it never answered while its pool is whole or not known, and where each request has a process of its own: then the
 * requests that fail are the leak.
 */
export const exhaustionOf = remembered((timeline: Timeline): Exhaustion | null => {
  const doses = timeline.doses.filter((dose) => sentBy(dose) > 0)
  const last = doses.findLastIndex((dose) => dose.counted >= served * sentBy(dose))
  const { before, after } = placesOf(timeline)
  const noneLeft = before !== null && after !== null && before.parallel > 0 && after.parallel === 0 && (after.declined ?? 0) === 0
  // If the first load has taken every place, no cycle was served.
  const exhausted = doses[Math.max(0, last)]
  const driedUp = last >= 0 && last < doses.length - 1
  if (exhausted === undefined || !(driedUp || noneLeft) || hasRequestProcesses(timeline)) return null
  // Of the cycle in which the last place went, those count that were answered, and those that were in flight when it went.
  const sent = sentIn(doses.slice(0, Math.max(0, last))) + Math.min(sentBy(exhausted), exhausted.counted + exhausted.peakInFlight)
  return { cycle: exhausted.cycle, sent, inVain: sentIn(doses) - sent }
})

/** How many requests of a cycle's load count towards a rate: all that were sent, up to where the application was exhausted. */
export function requestsOf(timeline: Timeline, dose: Dose): number {
  const exhaustion = exhaustionOf(timeline)
  if (exhaustion === null || dose.cycle < exhaustion.cycle) return sentBy(dose)
  return dose.cycle > exhaustion.cycle ? 0 : Math.min(sentBy(dose), dose.counted + dose.peakInFlight)
}

const hasRequestProcesses = ({ looks }: Timeline): boolean => looks.some(({ members }) => members.some((member) => member.kind === 'process' && member.request !== null && member.control === null))
