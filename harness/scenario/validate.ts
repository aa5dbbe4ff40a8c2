import { inspect } from 'node:util'
import { z } from 'zod'
import { meant, perhaps } from '../thresholds/meant.ts'
import { problemsOfThresholds, type Thresholds } from '../thresholds/thresholds.ts'
import { problemsOfRude } from './rude.ts'
import { scenarioShape, thresholds, variants } from './scenario-shape.ts'
import { defaultRequestTimeoutMs } from './scenario.ts'
import { positive, text } from './shapes.ts'

/** Every problem of a scenario at once, one sentence each; none for a good one. */
export function problemsOf(scenario: unknown): string[] {
  const { error } = scenarioShape.safeParse(scenario, { reportInput: true, error: expectation })
  return [...(error?.issues.flatMap(sentences) ?? []), ...contradictions(scenario)]
}

function sentences(issue: z.core.$ZodIssue): string[] {
  const at = issue.path.length === 0 ? 'the scenario' : issue.path.join('.')
  if (issue.code === 'unrecognized_keys') return issue.message.split('\n').map((misspelt) => `${at} has no setting ${misspelt}`)
  if (issue.input === undefined) return [`Expected ${at}, ${issue.message}, and it is missing.`]
  return [`Expected ${at} to be ${issue.message}, got ${inspect(issue.input, { breakLength: Infinity })}.`]
}

/** What is expected where a type says no more than its own name; of settings that there are none of, a line for each with the one that was meant, since only here zod tells which there are. */
function expectation(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => `${JSON.stringify(key)}.${meant(key, issue.inst instanceof z.ZodObject ? Object.keys(issue.inst.shape) : [])}`).join('\n')
  return issue.code !== 'invalid_type' ? undefined : /^[aeiou]/.test(issue.expected) ? `an ${issue.expected}` : `a ${issue.expected}`
}

/** What each part allows by itself, but not together with another. Only sound parts are looked at, so that this works whatever else is wrong. */
function contradictions(scenario: unknown): string[] {
  const routes = routeNamesIn(scenario)
  const { thresholds: declared = {} } = z.object({ thresholds }).safeParse(scenario).data ?? {}
  return [
    ...contradictionsOfVariants(scenario),
    ...contradictionsOfRoutes(scenario, routes),
    ...contradictionsOfModel(scenario),
    ...problemsOfRude(scenario),
    ...problemsOfThresholds(declared as Thresholds, routes.length > 0 ? routes : null),
  ]
}

function contradictionsOfVariants(scenario: unknown): string[] {
  const declared = z.object({ target: z.object({ variants }) }).safeParse(scenario).data?.target.variants
  if (declared === undefined) return []
  const { default: usual, leaks = [], by } = declared
  const names = Object.keys(by)
  return [
    ...(Object.hasOwn(by, usual) ? [] : [`Expected target.variants.default to be one of ${names.join(', ')}, got "${usual}".${perhaps(usual, names)}`]),
    ...leaks.filter((leaky) => !Object.hasOwn(by, leaky)).map((leaky) => `Expected target.variants.leaks to be of ${names.join(', ')}, got "${leaky}".${perhaps(leaky, names)}`),
  ]
}

/** What the checks below ask of routes. */
const asked = z.object({
  load: z.object({
    routes: z.array(z.object({ method: z.unknown().optional(), abortAfterMs: positive.optional(), expect: z.object({ contains: text.optional() }).optional() })),
    requestTimeoutMs: positive.default(defaultRequestTimeoutMs),
  }),
})

function contradictionsOfRoutes(scenario: unknown, names: readonly string[]): string[] {
  const found = [...new Set(names.filter((name, at) => names.indexOf(name) !== at))].map((twice) => `Expected names of routes to differ, got "${twice}" twice.`)
  const { routes, requestTimeoutMs } = asked.safeParse(scenario).data?.load ?? { routes: [], requestTimeoutMs: defaultRequestTimeoutMs }
  for (const [at, { method, abortAfterMs = 0, expect }] of routes.entries()) {
    // k6 would wait for longer than a load is given to end, and cut the request off without a sample.
    if (abortAfterMs >= requestTimeoutMs) found.push(`Expected load.routes.${at}.abortAfterMs to be less than the request time-out of ${requestTimeoutMs} ms, got ${abortAfterMs}.`)
    if (method === 'HEAD' && expect?.contains !== undefined) found.push(`Expected load.routes.${at}.expect.contains to be of an answer that has a body, which one to HEAD has not.`)
  }
  return found
}

function contradictionsOfModel(scenario: unknown): string[] {
  const { arrivals, rampMs } = z.object({ load: z.object({ arrivals: z.unknown(), rampMs: z.unknown() }).partial() }).safeParse(scenario).data?.load ?? {}
  if (arrivals === undefined || rampMs === undefined) return []
  return ['Expected load.rampMs, by which the users of a closed model come, to be without load.arrivals, which make it an open one: let their rate grow by load.arrivals.rampMs.']
}

const routeNamesIn = (scenario: unknown): readonly string[] => z.object({ load: z.object({ routes: z.array(z.object({ name: text })) }) }).safeParse(scenario).data?.load.routes.map(({ name }) => name) ?? []
