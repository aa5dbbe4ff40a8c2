import type { Timeline } from '../timeline/timeline.ts'
import { measuredDoses } from '../verdict/measured-doses.ts'
import { knownPlaces } from '../verdict/places.ts'
import { untouchedRests } from '../verdict/rest.ts'
import { isSession, ownThroughout } from '../verdict/stay.ts'
import type { Invariant } from '../verdict/verdict.ts'
import { count } from '../verdict/words.ts'

/**
 * Some leaks, by nested checkouts or by locks of sessions, show only when more requests come at once than a pool has places. A run whose load never took every place has not looked for
 * them, and says so.
 */
export default {
  name: 'some load asked for more than the pools hold',
  check: (timeline) => {
    const there = placesIn(timeline)
    const sent = timeline.doses.filter(({ planned }) => planned > 0)
    const atOnce = Math.max(0, ...sent.map(({ peakInFlight }) => peakInFlight))
    if (sent.length === 0) return { kind: 'not judged', sentence: 'no request was sent' }
    if (typeof there === 'string') return { kind: 'not judged', sentence: there }
    if (atOnce > there.places) return { kind: 'pass', sentence: `up to ${count(atOnce, 'request')} at once for ${count(there.places, 'place')}, ${there.known}` }
    return {
      kind: 'warning',
      sentence: `no load had more than ${count(atOnce, 'request')} at once, for ${count(there.places, 'place')}, ${there.known}: what shows only where some find none was not looked for`,
      survivors: [],
    }
  },
} satisfies Invariant

/** As counted or declared, else the sessions that rested once the pools had reached their plateau. Without any, why that is so. */
function placesIn(timeline: Timeline): { readonly places: number; readonly known: string } | string {
  const known = knownPlaces(timeline)
  if (known !== null) return known
  if (timeline.facts.limits.workers === 0) return 'each request has a process of its own, and its sessions with it'
  const measured = new Set(measuredDoses(timeline).map(({ cycle }) => cycle))
  const seen = Math.max(0, ...untouchedRests(timeline).filter(({ cycle }) => cycle === null || !measured.has(cycle)).map((rest) => ownThroughout(timeline, rest, isSession).length))
  return seen === 0 ? 'no pool is declared, and no session rested before the measured load' : { places: seen, known: 'as sessions rested before the measured load' }
}
