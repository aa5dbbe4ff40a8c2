// The k6 script of `load: { kind: 'replay' }`. The bundler puts a stretch of the log in the place of LOWTIDE_TAPE, anew for each cycle (tape.ts).
import { SharedArray } from 'k6/data'
import exec from 'k6/execution'
import type { Options } from 'k6/options'
import { isExpected, type Expected } from '../../replay/expectation.ts'
import type { Method } from '../../replay/logged.ts'
import { waitingFor } from './due.ts'
import type { LoadPlan } from './plan.ts'
import { send } from './request.ts'

/** A line of JSON with the routes' names, then one line a request: its moment in milliseconds since the cycle's beginning or nothing, method, number of its route, what is expected, path. */
declare const LOWTIDE_TAPE: string

const plan = JSON.parse(__ENV['LOWTIDE_PLAN'] ?? 'null') as LoadPlan
if (plan === null) throw new Error('LOWTIDE_PLAN is not set: `lowtide run` starts this script, k6 alone cannot')

// Once for all users. What they take out is a copy of one line.
const tape = new SharedArray('tape', () => LOWTIDE_TAPE.split('\n'))
const routes = JSON.parse(tape[0]!) as readonly string[]
const lastAtMs = Number(tape[tape.length - 1]!.split('\t', 1)[0])

export const options: Options = {
  userAgent: 'lowtide',
  scenarios: {
    dose: {
      // Each free user takes the next request and waits for its moment: a request is late only where all users wait for answers.
      executor: 'shared-iterations',
      vus: Math.min(plan.concurrency, plan.dose),
      iterations: plan.dose,
      maxDuration: `${Math.ceil(lastAtMs + Math.ceil(plan.dose / plan.concurrency) * plan.requestTimeoutMs + 10_000)}ms`,
      gracefulStop: `${plan.requestTimeoutMs + 10_000}ms`,
    },
  },
}

const waitFor = waitingFor(plan.requestTimeoutMs)

/** Asked for once a user: k6 builds this object anew each time, at the cost of the request itself. */
let scenario: typeof exec.scenario | undefined

export default () => {
  scenario ??= exec.scenario
  const i = scenario.iterationInTest
  const [moment, method, route, expected, path] = tape[1 + i]!.split('\t') as [string, Method, string, Expected, string]
  const lateMs = moment === '' ? 0 : waitFor(Number(moment))
  send({ plan, route: routes[Number(route)]!, id: `${plan.cycle}-${plan.firstRequest + i}`, lateMs }, { path, method, expect: { status: status => isExpected(status, expected) } })
}
