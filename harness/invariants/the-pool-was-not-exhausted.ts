import type { Timeline } from '../timeline/timeline.ts'
import { measuredDoses } from '../verdict/dose.ts'
import { exhaustionOf } from '../verdict/exhaustion.ts'
import { placesOf } from '../verdict/places.ts'
import type { Invariant } from '../verdict/verdict.ts'
import { count, thousands } from '../verdict/words.ts'

/** As many as the dose may lack. */
const most = 0.05

/**
 * Requests that find no place, or wait for one until they time out, leave nothing, whatever they would have left: the run is censored. Where all that is left is explained by a leak, that is told; where nothing is
 * left, such a run has not shown that nothing would be.
 */
export default {
  name: 'the pool was not exhausted',
  isCause: true,
  check: (timeline) => {
    const doses = measuredDoses(timeline)
    if (doses.every(({ planned }) => planned === 0)) return { kind: 'not judged', sentence: 'no request of a measured cycle was sent' }
    const exhaustion = exhaustionOf(timeline)
    const refused = exhaustion === null ? 0 : doses.reduce((sum, { cycle, broken }) => sum + (cycle > exhaustion.cycle ? broken : 0), 0)
    // Nobody is there to have a pool: the dose tells of it.
    if (exhaustion !== null && refused > exhaustion.inVain / 2) return { kind: 'not judged', sentence: `${thousands(refused)} of the last ${count(exhaustion.inVain, 'request')} were refused, reset or broken off` }
    if (exhaustion !== null && exhaustion.inVain > 0)
      return {
        kind: 'inconclusive',
        sentence: `no request was served any more after the first ${thousands(exhaustion.sent)}, in cycle ${exhaustion.cycle}: the ${thousands(exhaustion.inVain)} sent after them show nothing (censored)`,
        settledBy: 'see what the application says of its pool; with a larger one (and target.maxConnections) it goes further',
      }
    const places = knownPlaces(timeline)
    const sent = doses.reduce((sum, { planned, dropped }) => sum + planned - dropped, 0)
    const timedOut = doses.reduce((sum, dose) => sum + dose.timedOut, 0)
    const atOnce = Math.max(0, ...doses.map(({ peakInFlight }) => peakInFlight))
    if (places === null) return { kind: 'not judged', sentence: 'how many places the pools have is not known (limits.poolMaxPerProcess, target.capacity)' }
    if (timedOut > most * sent && atOnce > places)
      return {
        kind: 'inconclusive',
        sentence: `the pool was saturated: ${thousands(timedOut)} of ${count(sent, 'request')} timed out, with up to ${atOnce} at once for ${count(places, 'place')}; what they would have left is not known (censored)`,
        settledBy: `a larger pool (limits.poolMaxPerProcess, target.maxConnections), no more than ${places} requests at once, or a longer load.requestTimeoutMs`,
      }
    return { kind: 'pass', sentence: `requests went on finding one of ${count(places, 'place')}, with up to ${atOnce} at once` }
  },
} satisfies Invariant

/** As counted before the load, else as declared. */
function knownPlaces(timeline: Timeline): number | null {
  const { poolMaxPerProcess, workers } = timeline.facts.limits
  const { before } = placesOf(timeline)
  if (before !== null && before.parallel > 0) return before.parallel
  return poolMaxPerProcess === undefined || workers === 0 ? null : poolMaxPerProcess * (workers ?? 1)
}
