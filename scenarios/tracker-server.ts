import type { Scenario } from 'lowtide'
import { trackerServer } from './targets/tracker.ts'

/** A request that hangs takes its worker with it, and the next ones wait for those that are left. */
export default {
  name: 'tracker-server',
  about: 'the tracker as a long-lived server of four workers: a hung request takes a worker, and the fourth takes the site',
  target: trackerServer,
  load: { kind: 'journey', journey: 'journeys/office-day.ts', requestTimeoutMs: 5_000 },
  profiles: {
    repro: { concurrency: 8, dose: 60, thinkScale: 0.001, budgetMs: 90_000 },
    gate: { concurrency: 8, dose: 160, thinkScale: 0.001 },
    nightly: { concurrency: 24, thinkScale: 0.05 },
  },
} satisfies Scenario
