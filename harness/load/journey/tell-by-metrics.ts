// Part of every journey in a k6 as it is released: samples of metrics of our own, which come out among k6's.
import exec from 'k6/execution'
import { Counter, Trend } from 'k6/metrics'
import { endedMetric, startedMetric } from './plan.ts'

export const tellStarted: typeof import('k6/x/lowtide').started = (request, route, path, lateMs) => {
  // Metadata, unlike tags, may differ in every sample without k6's memory growing.
  metadata ??= exec.vu.metrics.metadata
  metadata['request'] = request
  metadata['path'] = encodeURIComponent(path)
  started.add(lateMs, { route: encodeURIComponent(route) })
  // k6's own samples of the request, nine of them, need not carry ours.
  delete metadata['request']
  delete metadata['path']
}

export const tellEnded: typeof import('k6/x/lowtide').ended = (request, route, durationMs, outcome, status, errorCode) => {
  metadata ??= exec.vu.metrics.metadata
  metadata['request'] = request
  ended.add(durationMs, { route: encodeURIComponent(route), outcome, answer: `${status}`, fault: `${errorCode}` })
  delete metadata['request']
}

/** Asked for once a user: k6 builds this object anew each time, at the cost of the request itself. */
let metadata: typeof exec.vu.metrics.metadata | undefined

const started = new Counter(startedMetric)
const ended = new Trend(endedMetric, true)
