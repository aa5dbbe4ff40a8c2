// Part of every journey: runs in k6's own runtime, which is not Node.
import http, { type CookieJar, type RefinedResponse } from 'k6/http'
import type { Method } from '../../replay/logged.ts'
import { mustBeSendable } from '../../scenario/path.ts'
import { mostRoutesOfAUser, namedAmong } from '../../timeline/routes.ts'
import { locationOf } from './location.ts'
import { headersCarrying, pathCarrying } from './request-id.ts'
import { longestPath, type LoadPlan, type Outcome } from './plan.ts'
import { tellEnded, tellStarted } from './tell-by-metrics.ts'

// Nobody reads k6's own http_req_failed: a sample less of each request, and by its CSV a row. Its types do not know that it takes null (https://grafana.com/docs/k6/latest/javascript-api/k6-http/set-response-callback/).
http.setResponseCallback(null!)

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
  /** Where a redirect leads: path and query within the application, or, of another host, its URL as it came, which is no path that can be asked for; null without one. */
  readonly location: string | null
}

/**
 * How a request goes out: its route in every report, an id that no other request of the run has, the cookies of whoever sends it, and how long after its planned arrival.
 * `keepsBody` where the answer's body will be read: else k6 lets it go by, and an answer of 100 MB costs the generator no memory.
 */
export type Sending = { readonly plan: LoadPlan; readonly route: string; readonly id: string; readonly jar?: CookieJar; readonly lateMs?: number; readonly keepsBody?: boolean }

/** Sends one request and leaves its two samples in k6's stream. Null for an answer that was not as expected, or for none: also where the client itself hung up, and where nobody reads it. */
export const send = ({ plan, route: asked, id, jar, lateMs = 0, keepsBody = false }: Sending, { path, method = 'GET', body, headers, expect = {}, abortAfterMs }: Request): Answer | null => {
  mustBeSendable(path)
  const route = named(asked)
  tellStarted(id, route, path.slice(0, longestPath), lateMs)

  const response = http.request(method, plan.baseUrl + pathCarrying(path, id, plan.requestId), body ?? null, {
    headers: headersCarrying(headers, id, plan.requestId),
    timeout: abortAfterMs ?? plan.requestTimeoutMs,
    redirects: 0,
    responseType: keepsBody || expect.contains !== undefined ? 'text' : 'none',
    ...(jar ? { jar } : {}),
  })

  const hungUp = abortAfterMs !== undefined && response.error_code === requestTimedOut
  const outcome = hungUp ? 'counted' : outcomeOf(response, expect)
  tellEnded(id, route, response.timings.duration, outcome, response.status, response.error_code)
  const leadsTo = response.headers['Location']
  return keepsBody && outcome === 'counted' && !hungUp ? { path, status: response.status, body: response.body ?? '', location: leadsTo === undefined ? null : locationOf(leadsTo, { path, hosts: hostsOf(plan.baseUrl, headers) }) } : null
}

const outcomeOf = (response: Response, { status = 200, contains }: NonNullable<Request['expect']>): Outcome => {
  const code = response.error_code
  if (code === requestTimedOut) return 'timed-out'
  if (code !== 0 && !isStatusCode(code)) return 'broken'
  if (typeof status === 'number' ? response.status !== status : !status(response.status)) return 'unexpected'
  return contains === undefined || response.body?.includes(contains) ? 'counted' : 'unexpected'
}

type Response = RefinedResponse<'text' | 'none'>

/** By which the application that was asked is known. */
const hostsOf = (baseUrl: string, headers: Request['headers'] = {}): readonly string[] => [baseUrl.replace(/^https?:\/\//, ''), ...Object.entries(headers).flatMap(([name, value]) => (name.toLowerCase() === 'host' ? [value] : []))]

// k6's error codes: https://grafana.com/docs/k6/latest/javascript-api/error-codes/
const requestTimedOut = 1050
const isStatusCode = (code: number) => code >= 1400 && code < 1600

/** One of these a user: each has a runtime of its own. */
const named = namedAmong(new Set(), mostRoutesOfAUser)
