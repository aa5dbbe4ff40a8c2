import type { Bucket } from '../timeline/latencies.ts'
import { dawdles } from '../timeline/routes.ts'
import type { Claim } from './expression.ts'
import { openHistogram, type Histogram } from './histogram.ts'
import type { Metric } from './metric.ts'

/** One second of a measured cycle's load on one route. */
export type RouteSecond = { readonly route: string; readonly ended: number; readonly asExpected: number; readonly latencies: readonly Bucket[] }

/** One second of a measured cycle's load on all routes, from 0; none where nothing started or ended in it. */
export type Second = { readonly cycle: number; readonly second: number; readonly atMs: number; readonly routes: readonly RouteSecond[] }

export type LoadOnly = Extract<Metric, { kind: 'load' }>
/** What of a second a metric looks at. */
export type Part = Omit<RouteSecond, 'route'>

/** What a metric looks at of one second: its route, or all of them. Of durations those of clients that dawdle by design are left out, unless their route is named: they say nothing of the application. */
export function partOf({ name, route }: LoadOnly, routes: readonly RouteSecond[]): Part {
  const ours = routes.filter((one) => (route === null ? name !== 'http_req_duration' || !dawdles(one.route) : one.route === route))
  return { ended: ours.reduce((sum, one) => sum + one.ended, 0), asExpected: ours.reduce((sum, one) => sum + one.asExpected, 0), latencies: ours.flatMap(({ latencies }) => latencies) }
}

/** A stretch of load: what is put in with 1 is taken out with -1. */
export type Tally = { readonly put: (part: Part, sign: 1 | -1) => void; readonly ended: () => number; readonly asExpected: () => number; readonly latencies: Histogram | null }

export function openTally({ name }: LoadOnly): Tally {
  const latencies = name === 'http_req_duration' ? openHistogram() : null
  let ended = 0
  let asExpected = 0
  return {
    latencies,
    ended: () => ended,
    asExpected: () => asExpected,
    put: (part, sign) => {
      ended += sign * part.ended
      asExpected += sign * part.asExpected
      if (sign === 1) latencies?.add(part.latencies)
      else latencies?.remove(part.latencies)
    },
  }
}

/** Null where there is nothing to tell it by. */
export function valueOf({ name }: LoadOnly, { aggregation }: Claim, tally: Tally, ms: number): number | null {
  const ended = tally.ended()
  switch (name) {
    case 'http_req_duration':
      return latencyBy(aggregation, tally.latencies)
    case 'http_req_failed':
      return ended === 0 ? null : (ended - tally.asExpected()) / ended
    case 'checks':
      return ended === 0 ? null : tally.asExpected() / ended
    case 'http_reqs':
      return ended === 0 || ms === 0 ? null : aggregation.kind === 'count' ? ended : (1_000 * ended) / ms
    default:
      return name satisfies never
  }
}

function latencyBy(aggregation: Claim['aggregation'], latencies: Histogram | null): number | null {
  switch (aggregation.kind) {
    case 'avg':
    case 'min':
    case 'max':
      return latencies?.[aggregation.kind]() ?? null
    case 'med':
      return latencies?.percentile(50) ?? null
    case 'p':
      return latencies?.percentile(aggregation.percent) ?? null
    case 'rate':
    case 'count':
    case 'value':
      return null
    default:
      return aggregation satisfies never
  }
}
