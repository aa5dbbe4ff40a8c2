import { counterNames } from '../timeline/counters.ts'
import type { AggregationKind } from './expression.ts'
import { meant } from './meant.ts'

/** What a threshold is about: requests of the load, of one route or of all; those that never were sent; or a counter of the server's side. */
export type Metric = { readonly kind: 'load'; readonly name: LoadMetric; readonly route: string | null } | { readonly kind: 'dropped'; readonly name: typeof droppedMetric } | { readonly kind: 'counter'; readonly name: string }

/**
 * k6's name for what it could not start in time. Here it is planned requests that were never sent, in an open model those whose moment had passed before a user was free. A load that
 * was ended, by a threshold of its own or because its generator broke, has dropped none.
 */
export const droppedMetric = 'dropped_iterations'

export type LoadMetric = keyof typeof loadMetrics

/**
 * k6's names, and which of its four kinds each is. All count when a request ends: answered as expected or otherwise, timed out, refused or broken off.
 *
 * - `http_req_duration`, milliseconds: from the request to its answer; a request that timed out took as long as it waited. One that was refused, reset or broken off
 *   has no duration (k6 gives it 0, and lets it lower the mean), and is told by `http_req_failed`. Rude clients that dawdle by design count where their route is named alone.
 * - `http_req_failed`: the share that was not answered with the status and content that its route expects. k6 looks at the status alone, and takes every one from 200 to 399 for success.
 * - `checks`: the share that was.
 * - `http_reqs`: how many ended, and how many a second of load.
 */
export const loadMetrics = { http_req_duration: 'trend', http_req_failed: 'rate', checks: 'rate', http_reqs: 'counter' } as const satisfies Readonly<Record<string, MetricType>>

type MetricType = 'trend' | 'rate' | 'counter' | 'gauge'

const aggregations: Readonly<Record<MetricType, readonly AggregationKind[]>> = { trend: ['avg', 'min', 'med', 'max', 'p'], rate: ['rate'], counter: ['count', 'rate'], gauge: ['value'] }

/** By which aggregations a metric can be told. */
export const aggregationsOf = (metric: Metric): readonly AggregationKind[] => aggregations[typeOf(metric)]

function typeOf(metric: Metric): MetricType {
  switch (metric.kind) {
    case 'load':
      return loadMetrics[metric.name]
    case 'dropped':
      return 'counter'
    case 'counter':
      return 'gauge'
    default:
      return metric satisfies never
  }
}

/** The metric that a text names, in k6's way (`http_req_duration{route:timeline}`), or what is wrong with it in a sentence. */
export function parseMetric(text: string): Metric | { readonly problem: string } {
  const [whole, name = '', selector] = /^\s*([^{}\s]+)\s*(?:\{([^{}]*)\})?\s*$/.exec(text) ?? []
  if (whole === undefined) return { problem: `Expected a metric such as http_req_duration or http_req_duration{route:home}, got "${text}".` }
  if (counterNames.includes(name)) return selector === undefined ? { kind: 'counter', name } : { problem: `The counter ${name} has no tags, so that {${selector}} selects nothing. Leave it out.` }
  if (name === droppedMetric) return selector === undefined ? { kind: 'dropped', name } : { problem: `What was never sent has no tags, so that {${selector}} selects nothing of ${name}. Leave it out.` }
  if (!isLoadMetric(name)) return { problem: `There is no metric "${name}" for a threshold.${meant(name, [...Object.keys(loadMetrics), droppedMetric, ...counterNames])}` }
  if (selector === undefined) return { kind: 'load', name, route: null }
  const [, tag = '', value] = /^\s*([^:]*?)\s*:\s*(.*?)\s*$/.exec(selector) ?? []
  if (value === undefined || value === '') return { problem: `Expected the selector of ${name} to be {route:NAME}, got {${selector}}.` }
  if (tag !== 'route') return { problem: `A threshold can select by route alone, as in ${name}{route:home}; got the tag "${tag}".` }
  // k6 strips the quotes of a value as well.
  return { kind: 'load', name, route: value.replace(/^(["'])(.*)\1$/, '$2') }
}

export const metricText = (metric: Metric): string => (metric.kind === 'load' && metric.route !== null ? `${metric.name}{route:${metric.route}}` : metric.name)

const isLoadMetric = (name: string): name is LoadMetric => Object.hasOwn(loadMetrics, name)
