import type { Requests } from '../timeline/entry.ts'

/** When requests were in flight, by route. Memory follows the cap and the routes, not the dose. */
export type Spans = {
  /** Its place among the kept of its route; null for one too many. */
  readonly begin: (route: string, request: string, atMs: number) => number | null
  readonly end: (route: string, place: number, atMs: number) => void
  /** What the record gets. What is still in flight lasts until `endMs`. */
  readonly close: (endMs: number) => readonly Requests[]
}

/** Of one route in one cycle. */
const mostOfARoute = 1_000

/**
 * Of all routes in one cycle, fewer as the run grows longer: a night of 1,600 cycles keeps 840,000 spans, which is 12 MB of its record. A leak is told from
 * its first cycles.
 */
export const mostOfACycle = (cycle: number): number => Math.floor(4_000 / (1 + cycle / 64))

export function openSpans(cycle: number): Spans {
  const routes = new Map<string, { sent: number; readonly ids: string[]; readonly startsMs: number[]; readonly endsMs: (number | null)[] }>()
  return {
    begin: (route, request, atMs) => {
      const of = routes.get(route) ?? { sent: 0, ids: [], startsMs: [], endsMs: [] }
      routes.set(route, of)
      of.sent++
      if (of.startsMs.length === mostOfARoute) return null
      of.ids.push(request.slice(request.indexOf('-') + 1))
      of.endsMs.push(null)
      return of.startsMs.push(atMs) - 1
    },
    end: (route, place, atMs) => {
      const of = routes.get(route)
      if (of) of.endsMs[place] = atMs
    },
    close: endMs => {
      const most = fairShare([...routes.values()].map(({ startsMs }) => startsMs.length), mostOfACycle(cycle))
      return [...routes].flatMap(([route, { sent, ids, startsMs, endsMs }]) => {
        // Samples of several users may come out of order by a moment.
        const kept = startsMs.map((startMs, i) => ({ id: ids[i], startMs, endMs: endsMs[i] ?? Math.max(startMs, endMs) })).toSorted((a, b) => a.startMs - b.startMs).slice(0, most)
        const [first] = kept
        if (first === undefined) return []
        const tenths = kept.map(one => Math.round((one.startMs - first.startMs) * 10))
        const spans = kept.flatMap((one, i) => [((tenths[i] ?? 0) - (tenths[i - 1] ?? 0)) / 10, Math.round((one.endMs - one.startMs) * 10) / 10])
        return [{ kind: 'requests' as const, cycle, route, fromMs: Math.round(first.startMs * 10) / 10, spans, ids: kept.map(({ id }) => id).join(' '), complete: kept.length === sent }]
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
