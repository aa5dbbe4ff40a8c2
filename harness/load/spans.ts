import { encodeEnds } from '../timeline/ends.ts'
import type { Requests } from '../timeline/entry.ts'
import { keptOf, type Flight } from './flight.ts'

/** When requests were in flight and what came of them, by route. Memory follows the cap, not the dose. */
export type Spans = {
  readonly begin: (flight: Flight) => void
  /** What the record gets, once all of them have ended or were cut off. */
  readonly close: () => readonly Requests[]
}

/** Of one route in one cycle. */
const mostOfARoute = 1_000

/**
 * Of all routes in one cycle, fewer as the run grows longer: a night of 1,600 cycles keeps 840,000 spans, which is 12 MB of its record. A leak is told from
 * its first cycles.
 */
export const mostOfACycle = (cycle: number): number => Math.floor(4_000 / (1 + cycle / 64))

export function openSpans(cycle: number): Spans {
  const routes = new Map<string, { sent: number; readonly flights: Flight[] }>()
  const room = mostOfACycle(cycle)
  let most = mostOfARoute
  let held = 0

  /** To the share that each may have by now. It only falls: routes come, and want more. */
  const trim = () => {
    most = fairShare([...routes.values()].map(({ flights }) => flights.length), room)
    held = 0
    for (const { flights } of routes.values()) {
      flights.length = Math.min(flights.length, most)
      held += flights.length
    }
  }

  return {
    begin: flight => {
      const of = routes.get(flight.route) ?? { sent: 0, flights: [] }
      routes.set(flight.route, of)
      of.sent++
      if (of.flights.length >= most) return
      of.flights.push(flight)
      // Beyond the room, since samples come out of order by a moment, and the first are kept.
      if (++held > 2 * room) trim()
    },
    close: () => {
      const share = fairShare([...routes.values()].map(({ flights }) => flights.length), room)
      return [...routes].flatMap(([route, { sent, flights }]) => {
        // Samples of several users may come out of order by a moment.
        const kept = flights.map(keptOf).toSorted((a, b) => a.startedAtMs - b.startedAtMs).slice(0, share)
        const [first] = kept
        if (first === undefined) return []
        const tenths = kept.map(one => Math.round((one.startedAtMs - first.startedAtMs) * 10))
        const spans = kept.flatMap(({ tookMs }, i) => [((tenths[i] ?? 0) - (tenths[i - 1] ?? 0)) / 10, Math.round(tookMs * 10) / 10])
        const ids = kept.map(({ request }) => request.slice(request.indexOf('-') + 1)).join(' ')
        return [{ kind: 'requests' as const, cycle, route, fromMs: Math.round(first.startedAtMs * 10) / 10, spans, ids, ends: encodeEnds(kept), complete: kept.length === sent }]
      })
    },
  }
}

/** The largest number that each may have at most, so that all together have no more than `room`: a rare route keeps all of its own. */
function fairShare(wanted: readonly number[], room: number): number {
  let left = room
  for (const [i, one] of wanted.toSorted((a, b) => a - b).entries()) {
    const share = Math.floor(left / (wanted.length - i))
    if (one > share) return share
    left -= one
  }
  return mostOfARoute
}
