import type { Scenario } from '../harness/scenario/scenario.ts'
import { tracker } from './targets/tracker.ts'

/** How 2006 noticed: the hung pairs pile up until PostgreSQL has no connection left, and then every page fails. */
export default {
  name: 'connection-exhaustion',
  about: 'feed pollers until PostgreSQL refuses connections: 40 in all, a hung feed keeps one for ever',
  // Eight timelines at once take two cores some seconds each in health too, and longer where the cores have other work.
  target: { ...tracker, maxConnections: 40, limits: { ...tracker.limits, transactionMs: 30_000 } },
  load: { kind: 'journey', journey: 'journeys/feed-pollers.ts', requestTimeoutMs: 8_000 },
  profiles: {
    // Not only until the leak is sure: one measured load has to find that nothing is left. Of seed 5 the first is the largest: 32 requests after 16 of warm-up.
    repro: { concurrency: 8, dose: 8, stopsAt: 'sure', seed: 5, thinkScale: 0 },
    gate: { concurrency: 8, seed: 5, thinkScale: 0 },
    nightly: { concurrency: 8, thinkScale: 0.001 },
  },
} satisfies Scenario
