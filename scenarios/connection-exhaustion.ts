import type { Scenario } from 'lowtide'
import { tracker } from './targets/tracker.ts'

/** How 2006 noticed: the hung pairs pile up until PostgreSQL has no connection left, and then every page fails. */
export default {
  name: 'connection-exhaustion',
  about: 'feed pollers until PostgreSQL refuses connections: 40 in all, a hung feed keeps one for ever',
  // Ten timelines at once take two cores some seconds each in health too, and longer where the cores have other work.
  target: { ...tracker, maxConnections: 40, limits: { ...tracker.limits, transactionMs: 30_000 } },
  load: { kind: 'journey', journey: 'journeys/feed-pollers.ts', requestTimeoutMs: 6_000 },
  profiles: {
    // Not only until the leak is sure: one measured load has to find that nothing is left. Of seed 5 the first is the largest: 40 requests after 20 of warm-up.
    repro: { concurrency: 10, dose: 10, stopsAt: 'sure', seed: 5, thinkScale: 0 },
    gate: { concurrency: 10, seed: 5, thinkScale: 0 },
    nightly: { concurrency: 10, thinkScale: 0.001 },
  },
} satisfies Scenario
