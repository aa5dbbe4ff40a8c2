import { claims } from '../testing/claims.ts'
import { type Run, startOf } from '../testing/timeline-of.ts'
import theHarnessKeptUp from './the-harness-kept-up-with-its-load.ts'

const beats = (...all: readonly Readonly<Record<string, number>>[]): Run => ({ also: all.map((counters, i) => ({ kind: 'beat', counters, atMs: startOf(4) + 200 * i })) })

claims(theHarnessKeptUp, [
  ['with the memory of both, at most', beats({ 'load.lag-ms': 140, 'load.generator-rss-bytes': 61e6, 'harness.rss-bytes': 118e6 }, { 'load.generator-rss-bytes': 78.4e6 }, { 'load.generator-rss-bytes': 0, 'harness.rss-bytes': 121e6 }), 'pass', /^samples were read within 0.1 s of being made; in memory the load generators took 78 MB at most, the harness 121 MB$/],
  ['with generators whose memory nobody sees, as in a cluster', beats({ 'load.lag-ms': 140, 'load.generator-rss-bytes': 0, 'harness.rss-bytes': 121e6 }), 'pass', /^samples were read within 0.1 s of being made; in memory the harness took 121 MB at most$/],
  ['behind, with what the generators kept meanwhile', beats({ 'load.lag-ms': 3_200, 'load.generator-rss-bytes': 900e6, 'harness.rss-bytes': 121e6 }), 'warning', /the machine is too busy for this load; in memory the load generators took 900 MB at most, the harness 121 MB$/],
])
