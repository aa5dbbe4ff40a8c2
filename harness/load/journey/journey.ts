// Imported by k6 scripts as `lowtide/journey`. As everything in this folder, it runs in k6's own runtime, which is not Node.
import { sleep } from 'k6'
import { SharedArray } from 'k6/data'
import exec from 'k6/execution'
import http from 'k6/http'
import type { Options } from 'k6/options'
import { checkpointsOf, defaultDropAfterMs, momentsOf } from './arrivals.ts'
import { waitingFor } from './due.ts'
import { itineraryOf, type Once } from './itinerary.ts'
import { rehearsing, type LoadPlan } from './plan.ts'
import { comesAfterMs } from './ramp.ts'
import { randomOf, randomsOf, type Random } from './random.ts'
import { send, type Answer, type Request } from './request.ts'
import { thinkMs, type Think } from './think.ts'

export type { TextFile } from './form-encoding.ts'
export { fieldsOf, linksOf, submit, type Fields } from './html.ts'
export type { Random } from './random.ts'
export type { Answer, Request } from './request.ts'
export type { Think } from './think.ts'

/** One way to use the application: a single request, or several by one user, each of them a request of the dose. */
export type Visit = SingleRequest | Walk

type Common = {
  /** Of a single request its route in every report. */
  readonly name: string
  /** Share of the dose, counted in requests; default 1. */
  readonly weight?: number
  /** Wait before each request; none if absent. The plan's `thinkScale` shortens it. In an open model a visit's first request waits for its moment instead. */
  readonly think?: Think
}

export type SingleRequest = Common & {
  /** The request with number `n`; the same for the same seed and number, whatever the timing. */
  readonly request: (random: Random, n: number) => Request
}

/**
 * Requests of one user, who keeps cookies and reads what comes back:
 *
 *     steps: function* (random) {
 *       const form = yield { name: 'login form', path: '/login' }
 *       yield { name: 'login', ...submit(form, '/login', { user: 'ada', password: 'secret' }), expect: { status: 303 } }
 *     }
 *
 * It sends exactly `requests` requests, so that a dose is what was planned. Where the steps come to their end before, or an answer
 * is not as expected, the next user begins, with no cookies; where they are longer, they are cut.
 */
export type Walk = Common & {
  readonly requests: number
  readonly steps: (random: Random, n: number) => Generator<Step, void, Answer>
}

/** `name` is its route in every report. */
export type Step = Request & { readonly name: string }

/**
 * Makes a k6 script's default function of weighted visits, one an iteration:
 *
 *     export { options } from 'lowtide/journey'
 *     export default journey({ visits: [{ name: 'front page', request: () => ({ path: '/' }) }] })
 *
 * A visit that throws ends the load: a journey with a fault must not look like a small dose.
 */
export const journey = ({ visits }: { readonly visits: readonly Visit[] }): (() => void) => {
  const shares = visits.map(visit => ({ weight: visit.weight ?? 1, requests: 'steps' in visit ? visit.requests : 1 }))
  if (!(shares.some(({ weight }) => weight > 0) && shares.every(({ weight, requests }) => weight >= 0 && requests >= 1 && Number.isInteger(requests)))) {
    throw new Error(`a journey takes at least one visit, weights of 0 or more and whole numbers of requests; got ${JSON.stringify(visits.map(({ name }, i) => ({ name, ...shares[i] })))}`)
  }
  const itinerary = itineraryOf(plan, shares, once)
  if (plan.rehearsal) {
    options.scenarios = { rehearsal: { executor: 'shared-iterations', vus: 1, iterations: itinerary.visits } }
    return () => {
      const i = exec.scenario.iterationInTest
      rehearse(visits[itinerary.at(i).share]!, plan.firstRequest + i)
    }
  }
  const longestVisit = Math.max(...shares.map(({ requests }) => requests))
  const longestMs = plan.requestTimeoutMs + Math.max(...visits.map(({ think }) => think?.mostMs ?? 0)) * plan.thinkScale
  const { arrivals } = plan
  const moments = arrivals && momentsOf(arrivals, { ...plan, visits: itinerary.visits }, once('arrivals', () => checkpointsOf(itinerary.visits, arrivals, plan)))
  const waitFor = waitingFor(longestVisit * longestMs)
  const dose = doseOf(itinerary.visits, longestVisit, longestMs, moments?.(itinerary.visits - 1) ?? plan.rampMs ?? 0)
  options.scenarios = { dose }
  return () => {
    const i = (scenario ??= come(dose.vus)).iterationInTest
    const n = plan.firstRequest + i
    const { share, requests } = itinerary.at(i)
    const visit = visits[share]!
    try {
      const lateMs = moments === undefined ? null : waitFor(moments(i))
      if (lateMs !== null && lateMs > (arrivals?.dropAfterMs ?? defaultDropAfterMs)) return
      if ('steps' in visit) walk(visit, n, requests, lateMs)
      else {
        if (lateMs === null) waitAs(visit, n)()
        send({ plan, route: visit.name, id: `${plan.cycle}-${n}`, lateMs: lateMs ?? 0 }, visit.request(randomFor(n), n))
      }
    } catch (error) {
      exec.test.abort(`visit ${n} ("${visit.name}") of the journey threw: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    }
  }
}

/** `lateMs` is of its first request; null in a closed model. */
const walk = (visit: Walk, n: number, requests: number, lateMs: number | null): void => {
  const random = randomFor(n)
  const wait = waitAs(visit, n)
  for (let sent = 0; sent < requests; ) {
    const jar = new http.CookieJar()
    const steps = visit.steps(random, n)
    let turn = steps.next()
    if (turn.done) throw new Error('its steps end before the first request')
    while (!turn.done && sent < requests) {
      const { name, ...request } = turn.value
      const arrives = sent === 0 && lateMs !== null
      if (!arrives) wait()
      const answer = send({ plan, route: name, id: `${plan.cycle}-${n}-${sent++}`, jar, lateMs: arrives ? lateMs : 0, keepsBody: true }, request)
      if (answer === null) break
      turn = steps.next(answer)
    }
  }
}

/** The first request as the load would make it. What throws here did so in the load as well. */
const rehearse = (visit: Visit, n: number): void => {
  console.info(`${rehearsing}visit ${n} ("${visit.name}")`)
  const random = randomFor(n)
  if ('steps' in visit) visit.steps(random, n).next()
  else visit.request(random, n)
}

/** Waits by numbers of their own: other think times do not mean other requests. */
const waitAs = ({ think }: Visit, n: number): (() => void) => {
  if (think === undefined || plan.thinkScale === 0) return () => undefined
  const random = randomOf(~plan.seed, n)
  return () => sleep((thinkMs(think, random) * plan.thinkScale) / 1000)
}

/**
 * The harness starts k6 with these: exactly the visits that make up the dose, shared by the planned number of users. `longestVisit`: in requests, each of which with its think time lasts `longestMs`
 * at most. `allThereMs`: by when the last arrival, or the last user, has come.
 */
const doseOf = (visits: number, longestVisit: number, longestMs: number, allThereMs: number) => ({
  executor: 'shared-iterations' as const,
  // k6 refuses more users than iterations.
  vus: Math.min(plan.concurrency, visits),
  iterations: visits,
  // Long enough for every request to time out: the harness ends the load, k6 must not.
  maxDuration: `${Math.ceil(allThereMs + (Math.ceil(plan.dose / plan.concurrency) + longestVisit) * longestMs + 10_000)}ms`,
  // A request that is cut off leaves no sample, so k6 has to wait longer than any visit may take.
  gracefulStop: `${Math.ceil(longestVisit * longestMs + 10_000)}ms`,
})

/**
 * What k6 knows of this iteration, from a user's first one on, for which it waits until it comes. That visit is its own meanwhile: also of a dose that is through before, each user makes one.
 * k6 numbers its users, from 1, over all generators that share a load. A sleep, unlike the wall clock, goes on whatever the clock is set to.
 */
const come = (users: number): typeof exec.scenario => {
  if (plan.rampMs !== undefined) sleep(comesAfterMs(plan.rampMs, exec.vu.idInTest - 1, users) / 1_000)
  return exec.scenario
}

/** Asked for once a user: k6 builds this object anew each time, at the cost of the request itself. */
let scenario: typeof exec.scenario | undefined

const plan = JSON.parse(__ENV['LOWTIDE_PLAN'] ?? 'null') as LoadPlan
if (plan === null) throw new Error('LOWTIDE_PLAN is not set: `lowtide run` starts this script, k6 alone cannot')

/** Each user has a runtime of its own, which would count millions of visits for itself. */
const once: Once = (name, compute) => new SharedArray(name, () => [...compute()])

/** One of these a user, who makes one visit at a time. */
const randomFor = randomsOf(plan.seed)

/** Complete once `journey` has been called. */
export const options: Options = { scenarios: { dose: doseOf(plan.dose, 1, plan.requestTimeoutMs, 0) }, userAgent: 'lowtide' }
