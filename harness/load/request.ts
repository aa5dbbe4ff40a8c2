// Part of every journey: runs in k6's own runtime, which is not Node.
import exec from 'k6/execution'
import http, { type CookieJar, type RefinedResponse } from 'k6/http'
import { Counter, Trend } from 'k6/metrics'
import type { Method } from '../replay/logged.ts'
import { mustBeSendable } from '../scenario/path.ts'
import { mostRoutesOfAUser, namedAmong } from '../timeline/routes.ts'
import { carrying } from './request-id.ts'
import { endedMetric, longestPath, startedMetric, type LoadPlan, type Outcome } from './plan.ts'

/** A request as a journey describes it. `path` includes the query, and is percent-encoded. */
export type Request = {
  readonly path: string
  readonly method?: Method
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
  /** What an answer must be to count as dose; default status 200, and a function says which of several are right. Redirects are answers, and are not followed. */
  readonly expect?: { readonly status?: number | ((status: number) => boolean); readonly contains?: string }
  /** The client hangs up after this long, and the request counts as dose without an answer; one that came before must be as expected. */
  readonly abortAfterMs?: number
}

/** An answer as it was expected. */
export type Answer = {
  /** Path and query that were asked for. */
  readonly path: string
  readonly status: number
  readonly body: string
  /** Path and query that a redirect leads to; null without one. */
  readonly location: string | null
}

/**
 * How a request goes out: its route in every report, an id that no other request of the run has, the cookies of whoever sends it, and how long after its planned arrival.
 * `keepsBody` where the answer's body will be read: else k6 lets it go by, and an answer of 100 MB costs the generator no memory.
 */
export type Sending = { readonly plan: LoadPlan; readonly route: string; readonly id: string; readonly jar?: CookieJar; readonly lateMs?: number; readonly keepsBody?: boolean }

/** Sends one request and leaves its two samples in k6's stream. Null for an answer that was not as expected, or for none: also where the client itself hung up. */
export const send = ({ plan, route: asked, id, jar, lateMs = 0, keepsBody = false }: Sending, { path, method = 'GET', body, headers, expect = {}, abortAfterMs }: Request): Answer | null => {
  mustBeSendable(path)
  const route = named(asked)
  const tags = { route: encodeURIComponent(route) }
  // Metadata, unlike tags, may differ in every sample without k6's memory growing.
  metadata ??= exec.vu.metrics.metadata
  metadata['request'] = id
  metadata['path'] = encodeURIComponent(path.slice(0, longestPath))
  started.add(lateMs, tags)
  // k6's own samples of the request, nine of them, need not carry ours.
  delete metadata['request']
  delete metadata['path']

  const sent = carrying({ path, headers: headers ?? {} }, id, plan.requestId)
  const response = http.request(method, plan.baseUrl + sent.path, body ?? null, {
    headers: sent.headers,
    timeout: abortAfterMs ?? plan.requestTimeoutMs,
    redirects: 0,
    responseType: keepsBody || expect.contains !== undefined ? 'text' : 'none',
    tags: { name: route },
    ...(jar ? { jar } : {}),
  })

  const hungUp = abortAfterMs !== undefined && response.error_code === requestTimedOut
  const outcome = hungUp ? 'counted' : outcomeOf(response, expect)
  metadata['request'] = id
  ended.add(response.timings.duration, { ...tags, outcome, answer: `${response.status}`, fault: `${response.error_code}` })
  delete metadata['request']
  return outcome === 'counted' && !hungUp ? { path, status: response.status, body: response.body ?? '', location: locationOf(response) } : null
}

const outcomeOf = (response: Response, { status = 200, contains }: NonNullable<Request['expect']>): Outcome => {
  const code = response.error_code
  if (code === requestTimedOut) return 'timed-out'
  if (code !== 0 && !isStatusCode(code)) return 'broken'
  if (typeof status === 'number' ? response.status !== status : !status(response.status)) return 'unexpected'
  return contains === undefined || response.body?.includes(contains) ? 'counted' : 'unexpected'
}

type Response = RefinedResponse<'text' | 'none'>

const locationOf = ({ headers }: Response): string | null => headers['Location']?.replace(/^https?:\/\/[^/]*/, '') ?? null

// k6's error codes: https://grafana.com/docs/k6/latest/javascript-api/error-codes/
const requestTimedOut = 1050
const isStatusCode = (code: number) => code >= 1400 && code < 1600

/** Asked for once a user: k6 builds this object anew each time, at the cost of the request itself. */
let metadata: typeof exec.vu.metrics.metadata | undefined

/** One of these a user: each has a runtime of its own. */
const named = namedAmong(new Set(), mostRoutesOfAUser)

const started = new Counter(startedMetric)
const ended = new Trend(endedMetric, true)
