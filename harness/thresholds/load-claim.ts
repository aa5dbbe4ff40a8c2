import type { Bucket } from '../timeline/latencies.ts'
import type { Opinion } from '../verdict/verdict.ts'
import { count, duration, thousands } from '../verdict/words.ts'
import { aggregationText, holds, spanText, type Claim } from './expression.ts'
import { openHistogram, type Histogram } from './histogram.ts'
import type { Metric } from './metric.ts'
import { dueFrom, type ClaimFold } from './claim-fold.ts'
import type { Threshold } from './thresholds.ts'

/** One second of a measured cycle's load on one route. */
export type RouteSecond = { readonly route: string; readonly ended: number; readonly asExpected: number; readonly latencies: readonly Bucket[] }

/** One second of a measured cycle's load on all routes, from 0; none where nothing started or ended in it. */
export type Second = { readonly cycle: number; readonly second: number; readonly atMs: number; readonly routes: readonly RouteSecond[] }

/**
 * A claim about the load of the measured cycles. Without a window it is about all of it together. A window is so many seconds of load, and each that is full is looked at:
 * the pauses between cycles are no load and are left out. The throughput (`http_reqs`) of a window would be cut short by such a pause, so there a window lies
 * within one cycle, without its first and last second, which are no whole ones.
 */
export function openLoadClaim({ metric, claim, abortAfterMs }: Threshold & { readonly metric: Extract<Metric, { kind: 'load' }> }): ClaimFold & { readonly second: (second: Second) => void; readonly cycleEnded: (loadMs: number | null) => void } {
  const whole = openTally(metric)
  const windows = claim.span === null ? null : openWindows(metric, claim, claim.span.ms / 1_000)
  const isDue = dueFrom(abortAfterMs)
  let secondsOfCycle = 0
  let secondsInAll = 0
  let msOfCycles = 0
  let ended: { readonly value: number; readonly requests: number } | null = null

  const value = () => valueOf(metric, claim, whole, msOfCycles + secondsOfCycle * 1_000)
  const isCrossed = (found: number | null): found is number => found !== null && !holds(claim.operator, found, claim.value)
  return {
    second: (one) => {
      secondsOfCycle += 1
      secondsInAll += 1
      const part = partOf(metric, one.routes)
      whole.put(part, 1)
      windows?.push(part, one)
      if (!isDue(secondsInAll * 1_000) || ended !== null) return
      const found = windows === null ? value() : (windows.worstCrossing()?.value ?? null)
      if (isCrossed(found)) ended = { value: found, requests: whole.ended() }
    },
    cycleEnded: (loadMs) => {
      msOfCycles += loadMs ?? secondsOfCycle * 1_000
      secondsOfCycle = 0
      windows?.cycleEnded()
    },
    endsLoad: () => ended !== null,
    opinion: (): Opinion => {
      const told = (found: number) => `${aggregationText(claim.aggregation)} was ${amount(metric, claim, found)}`
      // What came after the load was ended, such as the answers that were under way, does not take it back.
      if (ended !== null && windows === null) return { kind: 'crossed', sentence: `${told(ended.value)} over ${count(ended.requests, 'request')}, and ended the load` }
      if (windows === null) {
        const found = value()
        if (found === null) return noData(metric)
        return { kind: isCrossed(found) ? 'crossed' : 'pass', sentence: `${told(found)} over ${count(whole.ended(), 'request')}` }
      }
      if (value() === null) return noData(metric)
      const worst = windows.worst()
      if (worst === null) return { kind: 'inconclusive', sentence: `the load lasted ${duration(secondsInAll * 1_000)}, and no window of ${spanText(claim.span?.ms ?? 0)} is full${metric.name === 'http_reqs' ? ' within one cycle' : ''}`, settledBy: 'a longer run (--budget, or --profile nightly --for), or a shorter window' }
      const { crossed, looked } = windows.counts()
      if (crossed === 0) return { kind: 'pass', sentence: `${told(worst.value)} at worst, in ${count(looked, 'window')}` }
      return { kind: 'crossed', sentence: `${told(worst.value)} at worst, in the window that ended ${duration(worst.atMs)} into the run (cycle ${worst.cycle}); ${thousands(crossed)} of ${count(looked, 'window')} crossed it${ended === null ? '' : ', and ended the load'}` }
    },
  }
}

type LoadOnly = Extract<Metric, { kind: 'load' }>
type Part = Omit<RouteSecond, 'route'>

function partOf({ route }: LoadOnly, routes: readonly RouteSecond[]): Part {
  const ours = route === null ? routes : routes.filter((one) => one.route === route)
  return { ended: ours.reduce((sum, one) => sum + one.ended, 0), asExpected: ours.reduce((sum, one) => sum + one.asExpected, 0), latencies: ours.flatMap(({ latencies }) => latencies) }
}

type Tally = { readonly put: (part: Part, sign: 1 | -1) => void; readonly ended: () => number; readonly asExpected: () => number; readonly latencies: Histogram | null }

function openTally({ name }: LoadOnly): Tally {
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
function valueOf({ name }: LoadOnly, { aggregation }: Claim, tally: Tally, ms: number): number | null {
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

type Window = { readonly value: number; readonly atMs: number; readonly cycle: number }

function openWindows(metric: LoadOnly, claim: Claim, length: number) {
  const isThroughput = metric.name === 'http_reqs'
  const tally = openTally(metric)
  let parts: Part[] = []
  /** The last second of a cycle is known by what comes after it. */
  let held: { readonly part: Part; readonly at: Second } | null = null
  let looked = 0
  let crossed = 0
  let worst: Window | null = null
  let worstCrossing: Window | null = null

  const move = (part: Part, { atMs, cycle }: Second) => {
    parts.push(part)
    tally.put(part, 1)
    const left = parts.length > length ? parts.shift() : undefined
    if (left !== undefined) tally.put(left, -1)
    if (parts.length < length) return
    const value = isThroughput ? throughput(claim, tally, length) : valueOf(metric, claim, tally, length * 1_000)
    // Where no request ended, there is no latency and no share: such a window says nothing.
    if (value === null) return
    const window = { value, atMs, cycle }
    looked += 1
    worst = worseOf(claim, worst, window)
    if (holds(claim.operator, value, claim.value)) return
    crossed += 1
    worstCrossing = worseOf(claim, worstCrossing, window)
  }
  return {
    push: (part: Part, at: Second) => {
      if (!isThroughput) return move(part, at)
      if (held !== null) move(held.part, held.at)
      held = at.second === 0 ? null : { part, at }
    },
    cycleEnded: () => {
      if (!isThroughput) return
      held = null
      for (const part of parts) tally.put(part, -1)
      parts = []
    },
    counts: () => ({ looked, crossed }),
    worst: (): Window | null => worstCrossing ?? worst,
    worstCrossing: (): Window | null => worstCrossing,
  }
}

/** None at all is a throughput as well. */
const throughput = ({ aggregation }: Claim, tally: Tally, seconds: number): number => (aggregation.kind === 'count' ? tally.ended() : tally.ended() / seconds)

/** The one that is further on the wrong side, or nearer to it. */
function worseOf({ operator, value }: Claim, one: Window | null, other: Window): Window {
  if (one === null) return other
  switch (operator) {
    case '<':
    case '<=':
      return other.value > one.value ? other : one
    case '>':
    case '>=':
      return other.value < one.value ? other : one
    case '==':
    case '!=':
      return Math.abs(other.value - value) > Math.abs(one.value - value) ? other : one
    default:
      return operator satisfies never
  }
}

/** Four digits: a value that is just beyond its threshold must not look as if it were on it. */
function amount({ name }: LoadOnly, { aggregation }: Claim, value: number): string {
  const digits = (number: number) => (number >= 1_000 ? thousands(number) : String(Number(number.toPrecision(4))))
  switch (name) {
    case 'http_req_duration':
      return `${digits(value)} ms`
    case 'http_req_failed':
    case 'checks':
      return `${digits(value * 100)} %`
    case 'http_reqs':
      return aggregation.kind === 'rate' ? `${digits(value)} a second` : digits(value)
    default:
      return name satisfies never
  }
}

function noData({ name, route }: LoadOnly): Opinion {
  const ofRoute = route === null ? '' : ` of route "${route}"`
  const what = name === 'http_req_duration' ? 'was answered or timed out' : 'ended'
  return { kind: 'inconclusive', sentence: `no request${ofRoute} ${what} in a measured cycle: there is nothing to hold it against`, settledBy: `a run whose measured cycles send ${route === null ? 'requests' : `requests to "${route}"`} and see them end` }
}
