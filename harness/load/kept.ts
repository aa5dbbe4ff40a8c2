import type { KeptRequest } from '../timeline/entry.ts'
import { keptOf, type Flight } from './flight.ts'
import { randomOf } from './journey/random.ts'

/** The requests of a cycle that are worth more than a count: those that failed, and the slowest. Memory follows the routes, not the dose. */
export type Kept = {
  /** Each once it has ended, or was cut off at its load's end. */
  readonly offer: (flight: Flight) => void
  /** What the record gets, by their beginning. */
  readonly close: () => readonly KeptRequest[]
}

/** Of a route's failures of one kind: as likely each as any other of them (Vitter's algorithm R, ACM Transactions on Mathematical Software 11, 1985). */
const mostOfAKind = 10
const slowestOfARoute = 5

/** Of a cycle, fewer as the run grows longer: a night's record must stay one that can be read. What failed goes before what was slow. */
export const mostKeptOf = (cycle: number): number => Math.ceil(200 / (1 + cycle / 16))

/** Opens a cycle's; the seed draws which of too many failures stay, the same for the same seed. */
export const openKept = ({ cycle, seed }: { readonly cycle: number; readonly seed: number }): Kept => {
  const failures = new Map<string, { seen: number; readonly flights: Flight[] }>()
  const slowest = new Map<string, { readonly flight: Flight; readonly tookMs: number }[]>()

  const fail = (flight: Flight) => {
    const kind = `${flight.route} ${flight.end?.outcome} ${flight.end?.status} ${flight.end?.errorCode}`
    const of = failures.get(kind) ?? { seen: 0, flights: [] }
    failures.set(kind, of)
    const place = of.flights.length < mostOfAKind ? of.flights.length : randomOf(seed, of.seen).between(0, of.seen)
    if (place < mostOfAKind) of.flights[place] = flight
    of.seen++
  }
  const answer = (flight: Flight, tookMs: number) => {
    const of = slowest.get(flight.route) ?? []
    slowest.set(flight.route, of)
    const before = of.findIndex(one => one.tookMs < tookMs)
    if (before === -1) of.push({ flight, tookMs })
    else of.splice(before, 0, { flight, tookMs })
    of.length = Math.min(of.length, slowestOfARoute)
  }

  return {
    offer: flight => (flight.end?.outcome === 'counted' ? answer(flight, flight.end.atMs - flight.startedAtMs) : fail(flight)),
    close: () => {
      const failed = [...failures.values()].flatMap(({ flights }) => flights).map(one => ({ kind: 'request', cycle, why: 'failed', ...keptOf(one) }) as const)
      const slow = [...slowest.values()].flat().map(({ flight }) => ({ kind: 'request', cycle, why: 'slow', ...keptOf(flight) }) as const)
      return [...failed, ...slow].slice(0, mostKeptOf(cycle)).toSorted((a, b) => a.startedAtMs - b.startedAtMs)
    },
  }
}
