import type { Dose, KeptRequest, LoadSecond, Requests, Unanswered } from '../timeline/entry.ts'
import { addLatency, encodeLatencies, openLatencies } from '../timeline/latencies.ts'
import { mostRoutes, namedAmong } from '../timeline/routes.ts'
import { cutOff, type Flight } from './flight.ts'
import { openKept } from './kept.ts'
import type { LoadPlan, Outcome } from './journey/plan.ts'
import { openRecent, wasInFlight } from './recent.ts'
import type { Sample } from './samples.ts'
import { openSpans } from './spans.ts'

/** What a cycle's requests come to, while they come: memory follows the requests in flight and the routes, not the dose. */
export type Ledger = {
  /** Throws where a request begins that is in flight already, or ends that is not. */
  readonly take: (sample: Sample) => void
  /** Emits the seconds that ended before `nowMs` (epoch milliseconds), also when no sample comes: a load that hangs is told each second. */
  readonly tick: (nowMs: number) => void
  readonly started: () => number
  readonly finished: () => number
  /** The request that ended last; null before any has. */
  readonly lastEnded: () => { readonly request: string; readonly route: string } | null
  /** Requests that were in flight at some moment between the two, epoch milliseconds of the generator's clock: of those that have ended only the last are known (`mostRecent`). Also after its close. */
  readonly inFlightBetween: (fromMs: number, toMs: number) => readonly Flight[]
  /** How old the newest sample was when it was taken, at most so far: who asks now and then would miss a moment. More than k6's buffers explain is a harness that cannot keep up. */
  readonly lagMs: () => number
  /** Emits what is left and when requests were in flight, and adds up. Requests still in flight count as broken: their generator ended before them. */
  readonly close: () => Omit<Dose, 'kind' | 'role' | 'generator'>
}

/** Distinct URLs are counted exactly up to here, and not beyond: a smaller number is the careful one. */
const mostUrls = 100_000

/** Samples come up to 100 ms after their time (k6's buffers), so a second stays open a little longer than it lasts. */
const lateMs = 250

export type LedgerOptions = {
  readonly plan: LoadPlan
  readonly emit: (happening: LoadSecond | Unanswered | Requests | KeptRequest) => void
  /** URLs that earlier cycles have had answered; this cycle's are added. */
  readonly known?: Set<string>
  /** Names of routes that the run tells apart so far; this cycle's are added. */
  readonly routes?: Set<string>
  /** The clock of the samples; the wall clock if not given. */
  readonly nowMs?: () => number
}

/** Opens the ledger of one cycle. It gives latencies in milliseconds to the microsecond, as k6 measures them, and keeps of them what a sketch does: each within 0.1 %. */
export const openLedger = ({ plan, emit, known = new Set(), routes: knownRoutes = new Set(), nowMs = Date.now }: LedgerOptions): Ledger => {
  const inFlight = new Map<string, Flight>()
  const named = namedAmong(knownRoutes, mostRoutes)
  const spans = openSpans(plan.cycle)
  const kept = openKept(plan)
  const recent = openRecent()
  const faults = new Map<number, number>()
  const lateness = openLatencies()
  const knownBefore = known.size
  const total = { started: 0, finished: 0, peak: 0, counted: 0, unexpected: 0, 'timed-out': 0, broken: 0 } satisfies Record<Outcome, number> & Record<string, number>
  const open = new Map<number, Map<string, Second>>()
  let emittedUpTo = -Infinity
  let firstAtMs = Infinity
  let lastAtMs = -Infinity
  let lagMs = 0
  let firstSecond: number | null = null
  let lastEnded: { readonly request: string; readonly route: string } | null = null

  /** A late sample goes to the first second that is still open: never lost, at most a second misplaced. */
  const secondOf = (atMs: number, route: string): Second => {
    const second = Math.max(Math.floor(atMs / 1000), emittedUpTo + 1)
    const routes = open.get(second) ?? new Map<string, Second>()
    open.set(second, routes)
    const found = routes.get(route) ?? emptySecond()
    routes.set(route, found)
    return found
  }

  const emitBefore = (second: number) => {
    for (const due of [...open.keys()].filter(key => key < second).toSorted((a, b) => a - b)) {
      firstSecond ??= due
      for (const [route, of] of open.get(due)!) emit(loadSecond(plan.cycle, due - firstSecond, route, of))
      open.delete(due)
      emittedUpTo = due
    }
  }
  const tick = (nowMs: number) => emitBefore(Math.floor((nowMs - lateMs) / 1000))

  const end = (sample: Sample & { readonly kind: 'ended' }) => {
    const { request, outcome, durationMs, status, errorCode } = sample
    const route = named(sample.route)
    lastEnded = { request, route }
    const begun = inFlight.get(request)
    if (begun === undefined) throw new Error(`request ${request} ended, and was not in flight: its generator tells it twice, or has not told its beginning`)
    inFlight.delete(request)
    // A clock that was set back must not make an end come before its start.
    const atMs = Math.max(sample.atMs, begun.startedAtMs)
    begun.end = { atMs, outcome, status, errorCode }
    kept.offer(begun)
    recent.add(begun)
    total.finished++
    total[outcome]++
    const second = secondOf(atMs, route)
    second[outcome]++
    switch (outcome) {
      case 'counted':
        if (known.size < mostUrls && !known.has(begun.path)) known.add(copied(begun.path))
        addLatency(second.latencies, durationMs + begun.lateMs)
        return
      case 'unexpected':
        addLatency(second.latencies, durationMs + begun.lateMs)
        return
      case 'timed-out': {
        // k6's duration leaves out the wait for a connection; the person who waits does not.
        const waitedMs = atMs - begun.startedAtMs + begun.lateMs
        second.waitsMs.push(waitedMs)
        return emit({ kind: 'unanswered', cycle: plan.cycle, request, route, url: plan.baseUrl + begun.path, waitedMs: Math.round(waitedMs) })
      }
      case 'broken':
        faults.set(errorCode, (faults.get(errorCode) ?? 0) + 1)
        return
      default:
        outcome satisfies never
    }
  }

  return {
    take: sample => {
      // By the samples' own clock, so that the fold is the same however the stream was cut.
      tick(sample.atMs)
      firstAtMs = Math.min(firstAtMs, sample.atMs)
      lastAtMs = Math.max(lastAtMs, sample.atMs)
      lagMs = Math.max(lagMs, nowMs() - lastAtMs)
      if (sample.kind === 'ended') return end(sample)
      // Each would be counted as one more of the dose, and what is sent twice is not what was planned.
      if (inFlight.has(sample.request)) throw new Error(`request ${sample.request} began again before it had ended: two generators send the same part of the load`)
      const route = named(sample.route)
      total.started++
      lateness.accept(sample.lateMs)
      const flight: Flight = { request: sample.request, route, path: sample.path, startedAtMs: sample.atMs, lateMs: sample.lateMs, end: null }
      inFlight.set(sample.request, flight)
      spans.begin(flight)
      total.peak = Math.max(total.peak, inFlight.size)
      secondOf(sample.atMs, route).started++
    },
    tick,
    started: () => total.started,
    finished: () => total.finished,
    lastEnded: () => lastEnded,
    inFlightBetween: (fromMs, toMs) => [...inFlight.values().filter(flight => wasInFlight(flight, fromMs, toMs)), ...recent.inFlightBetween(fromMs, toMs)],
    lagMs: () => lagMs,
    close: () => {
      emitBefore(Infinity)
      for (const flight of inFlight.values()) {
        flight.end = cutOff(flight, lastAtMs)
        kept.offer(flight)
      }
      for (const requests of [...spans.close(), ...kept.close()]) emit(requests)
      return {
        cycle: plan.cycle,
        planned: plan.dose,
        counted: total.counted,
        unexpected: total.unexpected,
        timedOut: total['timed-out'],
        broken: total.broken + inFlight.size,
        ...(faults.size > 0 && { faults: Object.fromEntries(faults) }),
        dropped: plan.dose - total.started,
        newUrls: known.size - knownBefore,
        peakInFlight: total.peak,
        ...((plan.arrivals || plan.replay) && lateness.count > 0 && { lateness: { p99Ms: toMicros(lateness.getValueAtQuantile(0.99)), maxMs: toMicros(lateness.max) } }),
        loadMs: total.started === 0 ? 0 : toMicros(lastAtMs - firstAtMs),
      }
    },
  }
}

/** A part of a text keeps the whole in memory: a URL of a hundred bytes all that was read with it, for the whole run. */
const copied = (text: string): string => Buffer.from(text).toString()

/** `latencies` are of those that were answered, `waitsMs` of those that timed out. */
type Second = Record<Outcome, number> & { started: number; readonly latencies: ReturnType<typeof openLatencies>; readonly waitsMs: number[] }

const emptySecond = (): Second => ({ started: 0, counted: 0, unexpected: 0, 'timed-out': 0, broken: 0, latencies: openLatencies(), waitsMs: [] })

const loadSecond = (cycle: number, second: number, route: string, { started, counted, unexpected, broken, latencies, waitsMs, ...rest }: Second): LoadSecond => {
  const at = (quantile: number) => (latencies.count === 0 ? 0 : toMicros(Math.min(latencies.getValueAtQuantile(quantile), latencies.max)))
  const answered = { p50Ms: at(0.5), p99Ms: at(0.99), maxMs: latencies.count === 0 ? 0 : toMicros(latencies.max) }
  for (const ms of waitsMs) addLatency(latencies, ms)
  return {
    kind: 'load',
    cycle,
    route,
    started,
    counted,
    unexpected,
    timedOut: rest['timed-out'],
    broken,
    ...answered,
    second,
    latencies: encodeLatencies(latencies),
  }
}

/** The record need not carry digits that k6 did not measure. */
const toMicros = (ms: number) => Math.round(ms * 1000) / 1000
