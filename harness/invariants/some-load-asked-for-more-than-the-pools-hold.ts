import type { Timeline } from '../timeline/timeline.ts'
import { placesOf } from '../verdict/places.ts'
import { presentThroughout, untouchedRests } from '../verdict/rest.ts'
import { isPlanted, isSession } from '../verdict/stay.ts'
import type { Invariant } from '../verdict/verdict.ts'
import { count } from '../verdict/words.ts'

/**
 * Some leaks, by nested checkouts or by locks of sessions, show only when more requests come at once than a pool has places. A run whose load never took every place has not looked for
 * them, and says so.
 */
export default {
  name: 'some load asked for more than the pools hold',
  check: (timeline) => {
    const places = placesIn(timeline)
    const sent = timeline.doses.filter(({ planned }) => planned > 0)
    const atOnce = Math.max(0, ...sent.map(({ peakInFlight }) => peakInFlight))
    if (sent.length === 0) return { kind: 'not judged', sentence: 'no request was sent' }
    if (typeof places === 'string') return { kind: 'not judged', sentence: places }
    if (atOnce > places.n) return { kind: 'pass', sentence: `up to ${count(atOnce, 'request')} at once for ${count(places.n, 'place')}, ${places.known}` }
    return {
      kind: 'warning',
      sentence: `no load had more than ${count(atOnce, 'request')} at once, for ${count(places.n, 'place')}, ${places.known}: what shows only where some find none was not looked for`,
      survivors: [],
    }
  },
} satisfies Invariant

/** As counted before the load, else as declared, else the sessions that rested once pools had their plateau. Without any, why that is so. */
function placesIn(timeline: Timeline): { readonly n: number; readonly known: string } | string {
  const { poolMaxPerProcess, workers } = timeline.facts.limits
  const { before } = placesOf(timeline)
  if (before !== null && before.parallel > 0) return { n: before.parallel, known: 'as counted before the load' }
  if (workers === 0) return 'each request has a process of its own, and its sessions with it'
  if (poolMaxPerProcess !== undefined) return { n: poolMaxPerProcess * (workers ?? 1), known: 'as declared' }
  const measured = new Set(timeline.doses.flatMap(({ role, cycle }) => (role === 'measured' ? [cycle] : [])))
  const seen = Math.max(0, ...untouchedRests(timeline).filter(({ cycle }) => cycle === null || !measured.has(cycle)).map((rest) => presentThroughout(rest, isSession).filter((session) => !isPlanted(timeline, session, rest.last)).length))
  return seen === 0 ? 'no pool is declared, and no session rested before the measured load' : { n: seen, known: 'as sessions rested before the measured load' }
}
