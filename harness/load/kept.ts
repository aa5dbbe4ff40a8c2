import type { KeptRequest } from '../timeline/entry.ts'
import { randomOf } from './random.ts'

/** The requests of a cycle that are worth more than a count: those that failed, and the slowest. Memory follows the routes, not the dose. */
export type Kept = {
  readonly offer: (request: Omit<KeptRequest, 'kind' | 'cycle' | 'why'>) => void
  /** What the record gets, by their beginning. */
  readonly close: () => readonly KeptRequest[]
}

/** Of a route's failures of one kind: as likely each as any other of them (Vitter's algorithm R, ACM Transactions on Mathematical Software 11, 1985). */
const mostOfAKind = 10
const slowestOfARoute = 5

/** Of a cycle, fewer as the run grows longer: a night's record must stay one that can be read. What failed goes before what was slow. */
export const mostKeptOf = (cycle: number): number => Math.ceil(200 / (1 + cycle / 16))

type Offered = Parameters<Kept['offer']>[0]

/** Opens a cycle's; the seed draws which of too many failures stay, the same for the same seed. */
export const openKept = ({ cycle, seed }: { readonly cycle: number; readonly seed: number }): Kept => {
  const failures = new Map<string, { seen: number; readonly requests: Offered[] }>()
  const slowest = new Map<string, Offered[]>()

  const fail = (request: Offered) => {
    const { route, outcome, status, errorCode } = request
    const kind = `${route} ${outcome} ${status} ${errorCode}`
    const of = failures.get(kind) ?? { seen: 0, requests: [] }
    failures.set(kind, of)
    const place = of.requests.length < mostOfAKind ? of.requests.length : randomOf(seed, of.seen).between(0, of.seen)
    if (place < mostOfAKind) of.requests[place] = request
    of.seen++
  }
  const answer = (request: Offered) => {
    const of = slowest.get(request.route) ?? []
    slowest.set(request.route, of)
    const before = of.findIndex(({ tookMs }) => tookMs < request.tookMs)
    if (before === -1) of.push(request)
    else of.splice(before, 0, request)
    of.length = Math.min(of.length, slowestOfARoute)
  }

  return {
    offer: request => (request.outcome === 'counted' ? answer(request) : fail(request)),
    close: () => {
      const failed = [...failures.values()].flatMap(({ requests }) => requests).map(one => ({ kind: 'request', cycle, why: 'failed', ...one }) as const)
      const slow = [...slowest.values()].flat().map(one => ({ kind: 'request', cycle, why: 'slow', ...one }) as const)
      return [...failed, ...slow].slice(0, mostKeptOf(cycle)).toSorted((a, b) => a.startedAtMs - b.startedAtMs)
    },
  }
}
