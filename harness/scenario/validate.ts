import { inspect } from 'node:util'
import { z } from 'zod'
import type { Scenario } from './scenario.ts'

/** Every problem of a scenario at once, one sentence each; none for a good one. */
export function problemsOf(scenario: unknown): string[] {
  const result = shape.safeParse(scenario, { reportInput: true })
  return result.success ? contradictions(scenario as Scenario) : result.error.issues.flatMap(sentences)
}

const text = z.string({ error: 'a text' }).min(1, { error: 'a text that is not empty' })
const path = text.startsWith('/', { error: 'a path that starts with /' })
const count = z.int({ error: 'a whole number of at least 0' }).min(0, { error: 'a whole number of at least 0' })
const positive = z.int({ error: 'a positive integer' }).min(1, { error: 'a positive integer' })
const environment = z.record(text, z.string({ error: 'a text' }))
const command = z.array(text, { error: 'a program and its arguments, as a list of texts' }).min(1, { error: 'a program and its arguments' })

const limits = z.strictObject({
  poolMaxPerProcess: positive,
  workers: count,
  transactionMs: positive,
  processLingerMs: count,
  idleTimeoutMs: count,
  listeners: count,
  zombies: count,
  preparedTransactions: count,
  replicationSlots: count,
  advisoryLocks: count,
  closeWait: count,
}).partial()

const target = z.strictObject({
  name: text,
  command,
  cwd: text.optional(),
  env: environment.optional(),
  seed: command.optional(),
  readyPath: path,
  otherPath: path.optional(),
  image: z.strictObject({ prepare: command.optional(), context: text, dockerfile: text, port: positive }).optional(),
  variants: z.strictObject({ default: text, leaks: z.array(text).optional(), by: z.record(text, environment) }).optional(),
  limits: limits.optional(),
  logsToFile: z.boolean({ error: 'true or false' }).optional(),
  readyTimeoutMs: positive.optional(),
  maxConnections: z.int({ error: 'a whole number of at least 8' }).min(8, { error: 'a whole number of at least 8' }).optional(),
})

const route = z.strictObject({
  name: text,
  path,
  method: z.enum(['GET', 'POST', 'PUT', 'DELETE'], { error: 'one of GET, POST, PUT, DELETE' }).optional(),
  body: z.string().optional(),
  headers: environment.optional(),
  weight: z.number({ error: 'a positive number' }).positive({ error: 'a positive number' }).optional(),
  expect: z.strictObject({ status: z.int({ error: 'an HTTP status' }).min(100, { error: 'an HTTP status' }).max(599, { error: 'an HTTP status' }), contains: text }).partial().optional(),
})

const load = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('journey'), journey: text, requestTimeoutMs: positive.optional() }),
  z.strictObject({ kind: z.literal('routes'), routes: z.array(route).min(1, { error: 'at least one route' }), requestTimeoutMs: positive.optional() }),
], { error: "an object whose kind is 'journey' or 'routes'" })

const plan = z.strictObject({
  dose: positive,
  concurrency: positive,
  sampleEveryMs: z.int({ error: 'a whole number of at least 50' }).min(50, { error: 'a whole number of at least 50' }),
  settleMs: positive,
  budgetMs: positive,
  stopsAt: z.enum(['first-confirmed-leak', 'sure', 'exhaustion'], { error: "one of 'first-confirmed-leak', 'sure', 'exhaustion'" }),
  seed: count,
}).partial()

const shape = z.strictObject({
  name: text.regex(/^[a-z0-9][a-z0-9-]*$/, { error: 'lower case letters, digits and hyphens' }),
  about: z.string().optional(),
  target,
  load,
  profiles: z.strictObject({ repro: plan, gate: plan, nightly: plan }).partial().optional(),
  suppressions: z.array(z.strictObject({ invariant: text, reason: text })).optional(),
})

function sentences(issue: z.core.$ZodIssue): string[] {
  const at = issue.path.length === 0 ? 'the scenario' : issue.path.join('.')
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => `${at} has no setting "${key}".`)
  if (issue.input === undefined) return [`Expected ${at}: ${issue.message}. It is missing.`]
  return [`Expected ${at} to be ${issue.message}, got ${inspect(issue.input, { breakLength: Infinity })}.`]
}

/** What each part allows but not both together. */
function contradictions({ target: { variants }, load }: Scenario): string[] {
  const found: string[] = []
  if (variants && !Object.hasOwn(variants.by, variants.default)) found.push(`Expected target.variants.default to be one of ${Object.keys(variants.by).join(', ')}, got "${variants.default}".`)
  for (const leaky of variants?.leaks ?? []) if (!Object.hasOwn(variants?.by ?? {}, leaky)) found.push(`Expected target.variants.leaks to name variants, got "${leaky}".`)
  if (load.kind === 'routes') {
    const names = load.routes.map(({ name }) => name)
    for (const twice of new Set(names.filter((name, at) => names.indexOf(name) !== at))) found.push(`Expected names of routes to differ, got "${twice}" twice.`)
  }
  return found
}
