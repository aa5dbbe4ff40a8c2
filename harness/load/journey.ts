// Imported by k6 scripts as `lowtide/journey`. It runs in k6's own runtime, which is not Node: no `node:` imports here.
import exec from 'k6/execution'
import http, { type RefinedResponse } from 'k6/http'
import type { Options } from 'k6/options'
import { Counter, Trend } from 'k6/metrics'
import { endedMetric, startedMetric, type LoadPlan, type Outcome } from './plan.ts'
import { indexAt, randomOf, turnOf, type Random } from './random.ts'

export type { Random } from './random.ts'

/** A request as a journey describes it. `path` includes the query. */
export type Request = {
  readonly path: string
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
  /** What an answer must be to count as dose; default status 200. Redirects are answers, and are not followed. */
  readonly expect?: { readonly status?: number; readonly contains?: string }
}

/** One way to use the application. `name` is its route in every report; `weight` its share of the dose, default 1. */
export type Visit = {
  readonly name: string
  readonly weight?: number
  /** The request with number `n`; the same for the same seed and number, whatever the timing. */
  readonly request: (random: Random, n: number) => Request
}

/**
 * Makes a k6 script's default function of weighted visits, one request an iteration:
 *
 *     export { options } from 'lowtide/journey'
 *     export default journey({ visits: [{ name: 'front page', request: () => ({ path: '/' }) }] })
 *
 * A visit that throws ends the load: a journey with a fault must not look like a small dose.
 */
export const journey = ({ visits }: { readonly visits: readonly Visit[] }): (() => void) => {
  const weights = visits.map(({ weight = 1 }) => weight)
  if (!(weights.some(weight => weight > 0) && weights.every(weight => weight >= 0))) {
    throw new Error(`a journey takes at least one visit, and weights of 0 or more; got ${JSON.stringify(visits.map(({ name, weight = 1 }) => [name, weight]))}`)
  }
  return () => {
    const { scenario } = here()
    const n = plan.firstRequest + scenario.iterationInTest
    const random = randomOf(plan.seed, n)
    const visit = visits[indexAt(weights, turnOf(plan.seed, n))]!
    try {
      send(visit.name, `${plan.cycle}-${n}`, visit.request(random, n))
    } catch (error) {
      exec.test.abort(`request ${n} ("${visit.name}") of the journey threw: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    }
  }
}

/** The harness starts k6 with these: exactly the planned number of requests, shared by the planned number of users. */
const planned = (): Options => ({
  scenarios: {
    dose: {
      executor: 'shared-iterations',
      // k6 refuses more users than iterations.
      vus: Math.min(plan.concurrency, plan.dose),
      iterations: plan.dose,
      // Long enough for every request to time out: the harness ends the load, k6 must not.
      maxDuration: `${Math.ceil(plan.dose / plan.concurrency) * plan.requestTimeoutMs + 10_000}ms`,
      // A request that is cut off leaves no sample, so k6 has to wait longer than any request may take.
      gracefulStop: `${plan.requestTimeoutMs + 10_000}ms`,
    },
  },
  userAgent: 'lowtide',
})

const send = (route: string, id: string, { path, method = 'GET', body, headers, expect = {} }: Request): void => {
  if (!/^\/[\x21-\x7e]*$/.test(path)) throw new Error(`expected a path that begins with / and is percent-encoded, got ${JSON.stringify(path)}`)
  const tags = { route: encodeURIComponent(route) }
  // Metadata, unlike tags, may differ in every sample without k6's memory growing.
  const { metadata } = here()
  metadata['request'] = id
  metadata['path'] = encodeURIComponent(path.slice(0, longestPath))
  started.add(1, tags)
  // k6's own samples of the request, nine of them, need not carry ours.
  delete metadata['request']
  delete metadata['path']

  const response = http.request(method, plan.baseUrl + path, body ?? null, {
    headers: { ...headers, 'x-request-id': id },
    timeout: plan.requestTimeoutMs,
    redirects: 0,
    responseType: 'text',
    tags: { name: route },
  })

  metadata['request'] = id
  ended.add(response.timings.duration, { ...tags, outcome: outcomeOf(response, expect), answer: `${response.status}`, fault: `${response.error_code}` })
  delete metadata['request']
}

const outcomeOf = (response: RefinedResponse<'text'>, { status = 200, contains }: NonNullable<Request['expect']>): Outcome => {
  const code = response.error_code
  if (code === requestTimedOut) return 'timed-out'
  if (code !== 0 && !isStatusCode(code)) return 'broken'
  if (response.status !== status) return 'unexpected'
  return contains === undefined || response.body.includes(contains) ? 'counted' : 'unexpected'
}

// k6's error codes: https://grafana.com/docs/k6/latest/javascript-api/error-codes/
const requestTimedOut = 1050
const isStatusCode = (code: number) => code >= 1400 && code < 1600

/** What k6 knows of this user and iteration. Asked for once a user: k6 builds these objects anew each time, at the cost of the request itself. */
const here = () => (place ??= { scenario: exec.scenario, metadata: exec.vu.metrics.metadata })
let place: { readonly scenario: typeof exec.scenario; readonly metadata: typeof exec.vu.metrics.metadata } | undefined

/** Characters of a path that the record keeps. */
const longestPath = 2_000

const started = new Counter(startedMetric)
const ended = new Trend(endedMetric, true)
const plan = JSON.parse(__ENV['LOWTIDE_PLAN'] ?? 'null') as LoadPlan
if (plan === null) throw new Error('LOWTIDE_PLAN is not set: `lowtide run` starts this script, k6 alone cannot')

export const options = planned()
