import type { Scenario } from '../harness/scenario/scenario.ts'
import { tracker } from './targets/tracker.ts'

/** How 2006 noticed: the hung pairs pile up until PostgreSQL has no connection left, and then every page fails. */
export default {
  name: 'connection-exhaustion',
  about: 'feed pollers until PostgreSQL refuses connections: 40 in all, a hung feed keeps one for ever',
  target: { ...tracker, maxConnections: 40 },
  load: { kind: 'journey', journey: 'journeys/feed-pollers.ts', requestTimeoutMs: 8_000 },
  // As many at once as a healthy tracker can serve with its 37 connections, and more in all than a leaking one has to lose.
  profiles: {
    // A leak is confirmed long before it has taken the last connection.
    repro: { concurrency: 24, dose: 24, stopsAt: 'exhaustion', thinkScale: 0 },
    gate: { concurrency: 24, dose: 24, stopsAt: 'exhaustion', thinkScale: 0 },
    nightly: { concurrency: 24, thinkScale: 0.001 },
  },
} satisfies Scenario
