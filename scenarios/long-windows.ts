import type { Scenario } from 'lowtide'
import { tracker } from './targets/tracker.ts'

/** Few requests, each with much to read: the windows of a year in a project of 8,000 tickets, for as long as a run is let last. */
export default {
  name: 'long-windows',
  about: 'the tracker with a project like Django in 2008, under readers of a quarter and of a whole year',
  target: {
    ...tracker,
    seed: [process.execPath, 'seed.ts', '--preset', 'django', '--seed', '2006'],
    env: { TRACKER_NOW: '2009-01-03T18:00:00Z' },
    // A year's window is 20,000 events and takes two seconds alone, and more beside three others.
    limits: { ...tracker.limits, transactionMs: 15_000 },
  },
  load: { kind: 'journey', journey: 'journeys/long-windows.ts', requestTimeoutMs: 30_000, arrivals: { perSecond: 0.4, spacing: 'poisson', dropAfterMs: 30_000 } },
  profiles: { repro: { concurrency: 4, dose: 6 }, gate: { concurrency: 4, dose: 8 }, nightly: { concurrency: 4, dose: 60 } },
} satisfies Scenario
