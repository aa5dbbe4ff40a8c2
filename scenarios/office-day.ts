import type { Scenario } from 'lowtide'
import { tracker } from './targets/tracker.ts'

/** What a tracker has on a working day: people, feed readers, a crawler, and members who log in and write. */
export default {
  name: 'office-day',
  about: "the tracker's working day: people who read and comment, members who write, feed pollers, a service check and a crawler",
  target: tracker,
  load: { kind: 'journey', journey: 'journeys/office-day.ts', requestTimeoutMs: 10_000 },
  // Users, most of whom are thinking: a process a request, two cores carry some ten requests a second.
  profiles: {
    repro: { concurrency: 8, dose: 40, thinkScale: 0.002, budgetMs: 90_000 },
    gate: { concurrency: 8, dose: 80, thinkScale: 0.002 },
    nightly: { concurrency: 24, thinkScale: 0.05 },
  },
} satisfies Scenario
