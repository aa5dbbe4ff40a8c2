import type { LoadSecond } from '../../timeline/entry.ts'
import { otherRoutes } from '../../timeline/routes.ts'
import { growingBuckets } from './buckets.ts'

export type Outcome = (typeof outcomes)[number]
export const outcomes = ['counted', 'unexpected', 'timedOut', 'broken'] as const

export type LoadTrace = {
  readonly bucketMs: number
  readonly routes: readonly RouteTrace[]
  /** Started and not yet ended, at the end of the bucket. */
  readonly inFlight: readonly number[]
  /** Of the slowest route in the bucket; null where nothing was answered. */
  readonly p50Ms: readonly (number | null)[]
  readonly p99Ms: readonly (number | null)[]
  readonly maxMs: readonly (number | null)[]
}

/** Requests of one route a bucket, by outcome. */
export type RouteTrace = { readonly route: string } & Readonly<Record<Outcome, readonly number[]>>

const limits = { buckets: 1_000, routes: 12 }

/** Folds seconds of load into one trace a route. */
export function loadFold() {
  const routes = new Set<string>()
  const buckets = growingBuckets<LoadBucket>({
    widthMs: 1_000,
    limit: limits.buckets,
    create: () => ({ routes: new Map(), started: 0, ended: 0, p50Ms: 0, p99Ms: 0, maxMs: 0 }),
    merge: (into, from) => {
      from.routes.forEach((tally, route) => addTally(into.routes, route, tally))
      addTimes(into, from)
    },
  })
  return {
    add: (atMs: number, second: LoadSecond) => {
      const route = routes.has(second.route) || routes.size < limits.routes ? second.route : otherRoutes
      routes.add(route)
      const bucket = buckets.at(atMs)
      addTally(bucket.routes, route, second)
      addTimes(bucket, { ...second, ended: outcomes.reduce((sum, outcome) => sum + second[outcome], 0) })
    },
    finish: (): LoadTrace => {
      let inFlight = 0
      const time = (of: 'p50Ms' | 'p99Ms' | 'maxMs') => buckets.all.map((bucket) => (bucket === undefined || bucket.maxMs === 0 ? null : bucket[of]))
      const tallies = (route: string, outcome: Outcome) => buckets.all.map((bucket) => bucket?.routes.get(route)?.[outcome] ?? 0)
      return {
        bucketMs: buckets.widthMs,
        routes: [...routes].map((route) => ({
          route,
          counted: tallies(route, 'counted'),
          unexpected: tallies(route, 'unexpected'),
          timedOut: tallies(route, 'timedOut'),
          broken: tallies(route, 'broken'),
        })),
        // A request may end in the second in which it is first told of; below 0 is an order of telling, not a count.
        inFlight: buckets.all.map((bucket) => (inFlight = Math.max(0, inFlight + (bucket?.started ?? 0) - (bucket?.ended ?? 0)))),
        p50Ms: time('p50Ms'),
        p99Ms: time('p99Ms'),
        maxMs: time('maxMs'),
      }
    },
  }
}

function addTally(into: LoadBucket['routes'], route: string, tally: Readonly<Record<Outcome, number>>): void {
  const known = into.get(route) ?? { counted: 0, unexpected: 0, timedOut: 0, broken: 0 }
  for (const outcome of outcomes) known[outcome] += tally[outcome]
  into.set(route, known)
}

function addTimes(into: LoadBucket, from: Omit<LoadBucket, 'routes'>): void {
  into.started += from.started
  into.ended += from.ended
  into.p50Ms = Math.max(into.p50Ms, from.p50Ms)
  into.p99Ms = Math.max(into.p99Ms, from.p99Ms)
  into.maxMs = Math.max(into.maxMs, from.maxMs)
}

type LoadBucket = { readonly routes: Map<string, Record<Outcome, number>>; started: number; ended: number; p50Ms: number; p99Ms: number; maxMs: number }
