import type { Timeline } from '../timeline/timeline.ts'
import { measuredDoses } from '../verdict/measured-doses.ts'
import { exhaustionOf } from '../verdict/exhaustion.ts'
import { knownPlaces, noPool, placesOf } from '../verdict/places.ts'
import { sentIn } from '../verdict/sent.ts'
import { type Unserved, unservedOf } from '../verdict/unserved.ts'
import type { Invariant } from '../verdict/verdict.ts'
import { count, list, thousands } from '../verdict/words.ts'

/** The share of requests that may go unserved: as large as the share that the dose may lack. */
const most = 0.05

/**
 * Requests that find no place, or wait for one until they time out, leave nothing behind, whatever they would have left otherwise: the run is censored. If a leak was found, that is
 * told all the same; if nothing was left, such a run has not shown that nothing would be.
 */
export default {
  name: 'the pool was not exhausted',
  isCause: true,
  check: (timeline) => {
    const doses = measuredDoses(timeline)
    if (doses.every(({ planned }) => planned === 0)) return { kind: 'not judged', sentence: 'no request of a measured cycle was sent' }
    const exhaustion = exhaustionOf(timeline)
    const refused = exhaustion === null ? 0 : doses.reduce((sum, { cycle, broken }) => sum + (cycle > exhaustion.cycle ? broken : 0), 0)
    // Requests were refused: nothing is running that could have a pool, which the dose tells.
    if (exhaustion !== null && refused > exhaustion.inVain / 2) return { kind: 'not judged', sentence: `${thousands(refused)} of the last ${count(exhaustion.inVain, 'request')} were refused, reset or broken off` }
    if (exhaustion !== null && exhaustion.inVain > 0)
      return {
        kind: 'inconclusive',
        sentence: `no request was served any more after the first ${thousands(exhaustion.sent)}, in cycle ${exhaustion.cycle}: the ${thousands(exhaustion.inVain)} sent after them show nothing (censored)`,
        settledBy: `see what the application says of its pool; with a larger one (and target.maxConnections) it goes further${countedBy(timeline)}`,
      }
    const places = knownPlaces(timeline)?.places ?? null
    const sent = sentIn(doses)
    const unserved = doses.reduce((sum, { counted }) => sum + counted, 0) < (1 - most) * sent ? unservedOf(timeline) : null
    if (unserved !== null) return { kind: 'inconclusive', sentence: sentenceOf(unserved), settledBy: `see what the application says of its pool${countedBy(timeline)}` }
    const timedOut = doses.reduce((sum, dose) => sum + dose.timedOut, 0)
    const atOnce = Math.max(0, ...doses.map(({ peakInFlight }) => peakInFlight))
    if (places === null) return { kind: 'not judged', sentence: timeline.facts.limits.workers === 0 ? noPool : 'how many places the pools have is not known (limits.poolMaxPerProcess, target.capacity)' }
    if (timedOut > most * sent && atOnce > places)
      return {
        kind: 'inconclusive',
        sentence: `the pool was saturated: ${thousands(timedOut)} of ${count(sent, 'request')} timed out, with up to ${atOnce} at once for ${count(places, 'place')}; what they would have left is not known (censored)`,
        settledBy: `a larger pool (limits.poolMaxPerProcess, target.maxConnections), no more than ${places} requests at once, or a longer load.requestTimeoutMs`,
      }
    return { kind: 'pass', sentence: `requests went on finding one of ${count(places, 'place')}, with up to ${atOnce} at once` }
  },
} satisfies Invariant

/** How many characters of a statement are shown: enough to find it by. */
const shownOfQuery = 80

function sentenceOf({ routes, served, fromCycle, sent, unused }: Unserved): string {
  const rested = unused.length === 0 ? '' : `; ${count(unused.length, 'session')} ${unused.length === 1 ? 'has' : 'have'} rested unused since before, ${unused.length === 1 ? '' : 'most often '}after ${mostFrequent(unused.map(({ query }) => query.slice(0, shownOfQuery)))}`
  return `from cycle ${fromCycle} on no request to ${list(routes)} was served (${thousands(sent)} were sent), as some had been before, while ${list(served)} still ${served.length === 1 ? 'was' : 'were'}: what only the former take has run out, as the places of a pool do that are not given back${rested}`
}

const mostFrequent = (words: readonly string[]): string => [...Map.groupBy(words, (word) => word)].toSorted(([, a], [, b]) => b.length - a.length)[0]?.[0] ?? ''

/** The advice that would show lost places, where the run did not count them. */
const countedBy = (timeline: Timeline): string => (placesOf(timeline).before === null ? ', and name a request that takes a place of it as target.capacity: lost places are counted then' : '')
