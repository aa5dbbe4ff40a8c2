import { z } from 'zod'
import { expectations } from '../replay/expectation.ts'
import { formats, methods } from '../replay/logged.ts'
import type { Limits } from '../timeline/facts.ts'
import { clusterShape } from './cluster.ts'
import type { Arrivals, Model } from './model.ts'
import { sendablePath } from './path.ts'
import { rudeShape } from './rude.ts'
import type { Plan, Replay, Route, Scenario, Target } from './scenario.ts'
import { atLeast, command, count, factor, oneOf, positive, text, truth, type Settings } from './shapes.ts'

const path = text.regex(sendablePath, { error: 'a path that starts with / and is percent-encoded' })
const environment = z.record(text, z.string({ error: 'a text' }))

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
} satisfies Settings<Limits>).partial()

export const variants = z.strictObject({ default: text, leaks: z.array(text).optional(), by: z.record(text, environment) })

const target = z.strictObject({
  name: text,
  command,
  cwd: text.optional(),
  env: environment.optional(),
  seed: command.optional(),
  readyPath: path,
  otherPath: path.optional(),
  capacity: z.strictObject({ path, holdsMs: positive.optional() }).optional(),
  collectPath: path.optional(),
  image: z.strictObject({ prepare: command.optional(), context: text, dockerfile: text, port: positive }).optional(),
  variants: variants.optional(),
  limits: limits.optional(),
  logsToFile: truth.optional(),
  readyTimeoutMs: positive.optional(),
  mayReplicate: truth.optional(),
  maxConnections: atLeast(8).optional(),
} satisfies Settings<Target>)

const route = z.strictObject({
  name: text,
  path,
  method: oneOf(methods).optional(),
  body: z.string().optional(),
  headers: environment.optional(),
  weight: factor.optional(),
  expect: z.strictObject({ status: z.int({ error: 'an HTTP status' }).min(100, { error: 'an HTTP status' }).max(599, { error: 'an HTTP status' }), contains: text }).partial().optional(),
  abortAfterMs: positive.optional(),
} satisfies Settings<Route>)

const moment = z.iso.datetime({ offset: true, error: "a time such as '2006-03-31T18:00:00Z'" })

const requestId = z.union([z.strictObject({ header: text.regex(/^[\w-]+$/, { error: 'the name of a header' }) }), z.strictObject({ parameter: text })], { error: 'an object with the name of a header or of a parameter' })

/** How any load is sent, and how one that is not replayed is. */
const sent = { generators: positive.optional(), cluster: clusterShape.optional(), requestId: requestId.optional(), requestTimeoutMs: positive.optional() }
const arrivals = z.strictObject({ perSecond: factor, spacing: oneOf(['poisson', 'even']).optional(), rampMs: count.optional(), dropAfterMs: positive.optional() } satisfies Settings<Arrivals>)
const modelled = { ...sent, rude: rudeShape.optional(), arrivals: arrivals.optional(), rampMs: count.optional() } satisfies Settings<Model>

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
  ...sent,
} satisfies Settings<Replay>)

const load = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('journey'), journey: text, ...modelled }),
  z.strictObject({ kind: z.literal('routes'), routes: z.array(route).min(1, { error: 'at least one route' }), ...modelled }),
  replay,
], { error: "an object whose kind is 'journey', 'routes' or 'replay'" })

const plan = z.strictObject({
  dose: positive,
  concurrency: positive,
  sampleEveryMs: atLeast(50),
  settleMs: positive,
  budgetMs: positive,
  stopsAt: z.enum(['first-confirmed-leak', 'sure', 'exhaustion'], { error: "one of 'first-confirmed-leak', 'sure', 'exhaustion'" }),
  seed: count,
  thinkScale: z.number({ error: 'a number of at least 0' }).min(0, { error: 'a number of at least 0' }),
} satisfies Settings<Plan>).partial()

const threshold = z.union([text, z.strictObject({ threshold: text, abortOnFail: truth.optional(), delayAbortEval: z.union([text, z.number()]).optional() })], {
  error: 'an expression such as p(99)<400, or an object that has one as its threshold',
})
export const thresholds = z.record(text, z.array(threshold, { error: 'a list of expressions' }).min(1, { error: 'at least one expression' }))

/** The shape of a scenario: the type of scenario.ts as it can be checked. */
export const scenarioShape = z.strictObject({
  name: text.regex(/^[a-z0-9][a-z0-9-]*$/, { error: 'lower case letters, digits and hyphens' }),
  about: z.string().optional(),
  target,
  load,
  profiles: z.strictObject({ repro: plan, gate: plan, certify: plan, nightly: plan }).partial().optional(),
  suppressions: z.array(z.strictObject({ name: text, invariant: text, reason: text })).optional(),
  thresholds: thresholds.optional(),
} satisfies Settings<Scenario>)
