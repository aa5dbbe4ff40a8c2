import type { Facts } from '../timeline/facts.ts'
import { mannerMark } from '../timeline/routes.ts'
import { aggregationText, claimText, durationMs, parseClaim, spanText, type Claim } from './expression.ts'
import { meant } from './meant.ts'
import { aggregationsOf, metricText, parseMetric, type Metric } from './metric.ts'

/**
 * Thresholds as a scenario declares them: by metric, in k6's grammar and ours beyond it.
 *
 *     thresholds: {
 *       http_req_duration: ['p(99)<400', 'p(95)<250 over 60s'],
 *       'http_req_duration{route:timeline}': [{ threshold: 'p(99)<800', abortOnFail: true, delayAbortEval: '10s' }],
 *       http_req_failed: ['rate<0.01'],
 *       'pg.backends': ['value<80 for 30s'],
 *     }
 */
export type Thresholds = Readonly<Record<string, readonly (string | ThresholdSetting)[]>>

export type ThresholdSetting = {
  readonly threshold: string
  /** Where it is crossed, the load ends there. */
  readonly abortOnFail?: boolean
  /** Not before so much load: a time such as '10s', or milliseconds. */
  readonly delayAbortEval?: string | number
}

/** One threshold, read. */
export type Threshold = {
  /** `http_req_duration{route:timeline}: p(99)<400 over 1m` */
  readonly name: string
  readonly metric: Metric
  readonly claim: Claim
  /** So much load there must have been before it ends the load; null where it never does. */
  readonly abortAfterMs: number | null
}

type Declared = NonNullable<Facts['thresholds']>[number]

/** As the record has them. Those of a scenario without problems. */
export const declaredOf = (thresholds: Thresholds = {}): readonly Declared[] =>
  Object.entries(thresholds).flatMap(([metric, claims]) =>
    claims.map((one): Declared => {
      const { threshold, abortOnFail = false, delayAbortEval = 0 } = typeof one === 'string' ? { threshold: one } : one
      return { metric, threshold, ...(abortOnFail && { abortAfterMs: delayMs(delayAbortEval) ?? 0 }) }
    }),
  )

/** Everything that is wrong with a scenario's thresholds, one sentence each. `routes` are those of its load; null where it is a journey, which names them as it runs. */
export function problemsOfThresholds(thresholds: Thresholds, routes: readonly string[] | null): readonly string[] {
  return Object.entries(thresholds).flatMap(([metric, claims]) => {
    const delays = claims.flatMap((one) => (typeof one === 'string' || one.delayAbortEval === undefined || delayMs(one.delayAbortEval) !== null ? [] : [`Expected delayAbortEval of the threshold "${one.threshold}" on ${metric} to be a time such as 10s, or milliseconds, got "${one.delayAbortEval}".`]))
    const idle = claims.flatMap((one) => (typeof one !== 'string' && one.delayAbortEval !== undefined && one.abortOnFail !== true ? [`The threshold "${one.threshold}" on ${metric} has a delayAbortEval without abortOnFail: true, so that it delays nothing.`] : []))
    // What is wrong with a metric is wrong once, however many claims are made of it.
    const problems = new Set(claims.flatMap((one) => {
      const read = readThreshold({ metric, threshold: typeof one === 'string' ? one : one.threshold })
      return 'problems' in read ? read.problems : []
    }))
    return [...unknownRoute(metric, routes), ...problems, ...delays, ...idle]
  })
}

/** A manner of rude clients has a route of its own, `ROUTE · MANNER`: one that is misspelt is found to be without data. */
function unknownRoute(metricSaid: string, routes: readonly string[] | null): readonly string[] {
  const metric = parseMetric(metricSaid)
  if ('problem' in metric || metric.kind !== 'load' || metric.route === null || routes === null || routes.includes(metric.route) || routes.includes(metric.route.split(mannerMark, 1)[0] ?? '')) return []
  return [`The load has no route "${metric.route}" for the threshold on ${metricText(metric)}.${meant(metric.route, routes)}`]
}

/** A threshold of the record, read; or everything that is wrong with it. */
export function readThreshold({ metric: metricSaid, threshold, abortAfterMs = null }: Omit<Declared, 'abortAfterMs'> & { readonly abortAfterMs?: number | null }): Threshold | { readonly problems: readonly string[] } {
  const metric = parseMetric(metricSaid)
  const claim = parseClaim(threshold)
  const problems = [...('problem' in metric ? [metric.problem] : []), ...('expected' in claim ? [`The threshold "${threshold}" on ${metricSaid.trim()} cannot be read: expected ${claim.expected}.`] : [])]
  if ('problem' in metric || 'expected' in claim) return { problems }
  const unfit = misfits(metric, claim)
  return unfit.length > 0 ? { problems: unfit } : { name: `${metricText(metric)}: ${claimText(claim)}`, metric, claim, abortAfterMs }
}

/** A sound metric and a sound claim that do not belong together. */
function misfits(metric: Metric, claim: Claim): readonly string[] {
  const { aggregation, span } = claim
  const about = `The threshold "${claimText(claim)}" on ${metricText(metric)}`
  const fitting = aggregationsOf(metric)
  const found: string[] = []
  if (!fitting.includes(aggregation.kind)) found.push(`${about} asks for ${aggregationText(aggregation)}, and there is ${fitting.map((kind) => (kind === 'p' ? 'p(99)' : kind)).join(', ')} of it.`)
  if (span?.kind === 'for' && metric.kind === 'load') found.push(`${about} says "for", which is for counters of the server. For windows of the load say "over ${spanText(span.ms)}".`)
  if (span !== null && metric.kind === 'dropped') found.push(`${about} says "${span.kind}", and what was never sent is known once a cycle is through. Leave it out.`)
  if (span?.kind === 'over' && metric.kind === 'counter') found.push(`${about} says "over", which is for metrics of the load. A counter that may not be out of bounds for so long says "for ${spanText(span.ms)}".`)
  if (span?.kind === 'over' && metric.kind === 'load' && span.ms % 1_000 !== 0) found.push(`${about}: expected a window of whole seconds, got ${spanText(span.ms)}.`)
  return found
}

const delayMs = (delay: string | number): number | null => (typeof delay === 'string' ? durationMs(delay) : Number.isFinite(delay) && delay >= 0 ? delay : null)
