import type { Arrivals, RequestId } from '../../scenario/model.ts'

/** What one cycle of load is to be: all that a k6 script is told, as JSON in its LOWTIDE_PLAN. */
export type LoadPlan = {
  /** Requests to send: exactly so many. */
  readonly dose: number
  /** Requests in flight at once, at most. */
  readonly concurrency: number
  /** Absent in a closed model. */
  readonly arrivals?: Arrivals
  /** In a closed model how long its users take to come (`comesAfterMs`). Absent where all are there at once. */
  readonly rampMs?: number
  /** Each request has the moment that a log gives it. */
  readonly replay?: true
  readonly seed: number
  /** 0 based, counted over the whole run. */
  readonly cycle: number
  /** Number of the cycle's first visit. A cycle's numbers begin beyond all requests of the cycles before it, so that URLs that must differ do so over the whole run. */
  readonly firstRequest: number
  /** The doses of the stretch of cycles that it is one of, each route with its own in each (`mixesOf`), and its place among them, from 0. Absent where it stands alone. */
  readonly stretch?: { readonly doses: readonly number[]; readonly nth: number }
  readonly baseUrl: string
  readonly requestTimeoutMs: number
  /** Absent: in the usual header. */
  readonly requestId?: RequestId
  /** Factor on the journey's think times. */
  readonly thinkScale: number
  /** Each visit makes its first request, says before that it does, and sends none (`visitThatLoops`). */
  readonly rehearsal?: true
}

/** What a visit's line in the log of a rehearsal begins with. */
export const rehearsing = 'lowtide rehearses '

/** What came of a request. Only `counted` ones, answered as expected, are dose. */
export type Outcome = 'counted' | 'unexpected' | 'timed-out' | 'broken'

/** Names of the two samples a request leaves in k6's stream: one as it starts, one as it ends. */
export const startedMetric = 'lowtide_started'
export const endedMetric = 'lowtide_ended'

/** Characters of a path that its samples carry, and the record keeps. */
export const longestPath = 2_000
