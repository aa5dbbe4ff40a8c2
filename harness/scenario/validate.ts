import { inspect } from 'node:util'
import { z } from 'zod'
import { problemsOfThresholds, type Thresholds } from '../thresholds/thresholds.ts'
import { expectations } from '../replay/expectation.ts'
import { formats, methods } from '../replay/logged.ts'
import { sendablePath } from './path.ts'
import { clusterShape } from './cluster.ts'
import { problemsOfRude, rudeShape } from './rude.ts'
import { defaultRequestTimeoutMs } from './scenario.ts'

/** Every problem of a scenario at once, one sentence each; none for a good one. */
export function problemsOf(scenario: unknown): string[] {
  const { error } = shape.safeParse(scenario, { reportInput: true, error: expectation })
  return [...(error?.issues.flatMap(sentences) ?? []), ...contradictions(scenario)]
}

const text = z.string({ error: 'a text' }).min(1, { error: 'a text that is not empty' })
const path = text.regex(sendablePath, { error: 'a path that starts with / and is percent-encoded' })
const count = z.int({ error: 'a whole number of at least 0' }).min(0, { error: 'a whole number of at least 0' })
const positive = z.int({ error: 'a positive integer' }).min(1, { error: 'a positive integer' })
const environment = z.record(text, z.string({ error: 'a text' }))
const oneOf = <const T extends readonly string[]>(those: T) => z.enum(those, { error: `one of ${those.join(', ')}` })
const command = z.array(text, { error: 'a program and its arguments, as a list of texts' }).min(1, { error: 'a program and its arguments' })

const limits = z.strictObject({
  poolMaxPerProcess: positive,
  workers: count,
  transactionMs: positive,
  processLingerMs: count,
  idleTimeoutMs: count,
  listeners: count,
  standingQueries: count,
  zombies: count,
  preparedTransactions: count,
  replicationSlots: count,
  advisoryLocks: count,
  closeWait: count,
  vanishedClientMs: positive,
  steadyTables: z.array(text),
}).partial()

const variants = z.strictObject({ default: text, leaks: z.array(text).optional(), by: z.record(text, environment) })

const target = z.strictObject({
  name: text,
  command,
  cwd: text.optional(),
  env: environment.optional(),
  seed: command.optional(),
  readyPath: path,
  otherPath: path.optional(),
  capacity: z.strictObject({ path, holdsMs: positive }).optional(),
  collectPath: path.optional(),
  image: z.strictObject({ prepare: command.optional(), context: text, dockerfile: text, port: positive }).optional(),
  variants: variants.optional(),
  limits: limits.optional(),
  logsToFile: z.boolean({ error: 'true or false' }).optional(),
  readyTimeoutMs: positive.optional(),
  mayReplicate: z.boolean({ error: 'true or false' }).optional(),
  maxConnections: z.int({ error: 'a whole number of at least 8' }).min(8, { error: 'a whole number of at least 8' }).optional(),
})

const route = z.strictObject({
  name: text,
  path,
  method: oneOf(methods).optional(),
  body: z.string().optional(),
  headers: environment.optional(),
  weight: z.number({ error: 'a positive number' }).positive({ error: 'a positive number' }).optional(),
  expect: z.strictObject({ status: z.int({ error: 'an HTTP status' }).min(100, { error: 'an HTTP status' }).max(599, { error: 'an HTTP status' }), contains: text }).partial().optional(),
  abortAfterMs: positive.optional(),
})

const factor = z.number({ error: 'a positive number' }).positive({ error: 'a positive number' })
const moment = z.iso.datetime({ offset: true, error: "a time such as '2006-03-31T18:00:00Z'" })

const requestId = z.union([z.strictObject({ header: text.regex(/^[\w-]+$/, { error: 'the name of a header' }) }), z.strictObject({ parameter: text })], { error: 'an object with the name of a header or of a parameter' })

const replay = z.strictObject({
  kind: z.literal('replay'),
  log: text,
  format: oneOf(formats).optional(),
  fields: z.strictObject({ time: text, method: text, path: text, host: text, status: text, durationMs: text, durationSeconds: text }).partial().optional(),
  speed: factor.optional(),
  loops: positive.optional(),
  from: moment.optional(),
  to: moment.optional(),
  methods: z.array(oneOf(methods)).min(1, { error: 'at least one method' }).optional(),
  hosts: z.array(text).min(1, { error: 'at least one host' }).optional(),
  expect: oneOf(expectations).optional(),
  redact: z.array(text).optional(),
  longestGapMs: positive.optional(),
  generators: positive.optional(),
  cluster: clusterShape.optional(),
  requestId: requestId.optional(),
  requestTimeoutMs: positive.optional(),
})

const arrivals = z.strictObject({ perSecond: factor, spacing: oneOf(['poisson', 'even']).optional(), rampMs: count.optional(), dropAfterMs: positive.optional() })

const load = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('journey'), journey: text, rude: rudeShape.optional(), arrivals: arrivals.optional(), generators: positive.optional(), cluster: clusterShape.optional(), requestId: requestId.optional(), requestTimeoutMs: positive.optional() }),
  z.strictObject({ kind: z.literal('routes'), routes: z.array(route).min(1, { error: 'at least one route' }), rude: rudeShape.optional(), arrivals: arrivals.optional(), generators: positive.optional(), cluster: clusterShape.optional(), requestId: requestId.optional(), requestTimeoutMs: positive.optional() }),
  replay,
], { error: "an object whose kind is 'journey', 'routes' or 'replay'" })

const plan = z.strictObject({
  dose: positive,
  concurrency: positive,
  sampleEveryMs: z.int({ error: 'a whole number of at least 50' }).min(50, { error: 'a whole number of at least 50' }),
  settleMs: positive,
  budgetMs: positive,
  stopsAt: z.enum(['first-confirmed-leak', 'sure', 'exhaustion'], { error: "one of 'first-confirmed-leak', 'sure', 'exhaustion'" }),
  seed: count,
  thinkScale: z.number({ error: 'a number of at least 0' }).min(0, { error: 'a number of at least 0' }),
}).partial()

const threshold = z.union([text, z.strictObject({ threshold: text, abortOnFail: z.boolean({ error: 'true or false' }).optional(), delayAbortEval: z.union([text, z.number()]).optional() })], { error: 'an expression such as p(99)<400, or an object that has one as its threshold' })
const thresholds = z.record(text, z.array(threshold, { error: 'a list of expressions' }).min(1, { error: 'at least one expression' }))

const shape = z.strictObject({
  name: text.regex(/^[a-z0-9][a-z0-9-]*$/, { error: 'lower case letters, digits and hyphens' }),
  about: z.string().optional(),
  target,
  load,
  profiles: z.strictObject({ repro: plan, gate: plan, certify: plan, nightly: plan }).partial().optional(),
  suppressions: z.array(z.strictObject({ name: text, invariant: text, reason: text })).optional(),
  thresholds: thresholds.optional(),
})

function sentences(issue: z.core.$ZodIssue): string[] {
  const at = issue.path.length === 0 ? 'the scenario' : issue.path.join('.')
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => `${at} has no setting "${key}".`)
  if (issue.input === undefined) return [`Expected ${at}, ${issue.message}, and it is missing.`]
  return [`Expected ${at} to be ${issue.message}, got ${inspect(issue.input, { breakLength: Infinity })}.`]
}

/** What is expected where a type says no more than its own name. */
const expectation = (issue: { readonly code?: string | undefined; readonly expected?: string }): string | undefined =>
  issue.code !== 'invalid_type' ? undefined : /^[aeiou]/.test(issue.expected ?? '') ? `an ${issue.expected}` : `a ${issue.expected}`

/** What each part allows but not both together. Asked of each part that is sound itself, whatever the others are. */
function contradictions(scenario: unknown): string[] {
  const { default: usual, leaks = [], by } = z.object({ target: z.object({ variants }) }).safeParse(scenario).data?.target.variants ?? {}
  const names = z.object({ load: z.object({ routes: z.array(z.object({ name: text })) }) }).safeParse(scenario).data?.load.routes.map(({ name }) => name) ?? []
  const { routes = [], requestTimeoutMs } = z.object({ load: z.object({ routes: z.array(z.object({ method: z.unknown().optional(), abortAfterMs: positive.optional(), expect: z.object({ contains: text.optional() }).optional() })), requestTimeoutMs: positive.default(defaultRequestTimeoutMs) }) }).safeParse(scenario).data?.load ?? {}
  const found: string[] = []
  if (by && !Object.hasOwn(by, usual ?? '')) found.push(`Expected target.variants.default to be one of ${Object.keys(by).join(', ')}, got "${usual}".`)
  for (const leaky of leaks) if (!Object.hasOwn(by ?? {}, leaky)) found.push(`Expected target.variants.leaks to name variants, got "${leaky}".`)
  for (const twice of new Set(names.filter((name, at) => names.indexOf(name) !== at))) found.push(`Expected names of routes to differ, got "${twice}" twice.`)
  // k6 would wait for longer than a load is given to end, and cut the request off without a sample.
  for (const [at, { abortAfterMs = 0 }] of routes.entries()) if (requestTimeoutMs !== undefined && abortAfterMs >= requestTimeoutMs) found.push(`Expected load.routes.${at}.abortAfterMs to be less than the request time-out of ${requestTimeoutMs} ms, got ${abortAfterMs}.`)
  for (const [at, { method, expect }] of routes.entries()) if (method === 'HEAD' && expect?.contains !== undefined) found.push(`Expected load.routes.${at}.expect.contains to be of an answer that has a body, which one to HEAD has not.`)
  const asked = z.object({ thresholds }).safeParse(scenario).data?.thresholds ?? {}
  return [...found, ...problemsOfRude(scenario), ...problemsOfThresholds(asked as Thresholds, names.length > 0 ? names : null)]
}
