import type { Scenario } from 'lowtide'
import { tracker } from './targets/tracker.ts'

/** The incident of 2006: feed pollers and people ask a project tracker for long timelines, a process a request, over PostgreSQL. */
export default {
  name: 'timeline-soak',
  about: 'the tracker of 2006 under feed pollers and readers of long timelines',
  target: tracker,
  load: { kind: 'journey', journey: 'journeys/timeline.ts', requestTimeoutMs: 5_000 },
  // A process a request: two cores carry four of them.
  profiles: { repro: { concurrency: 4, dose: 4 }, nightly: { concurrency: 4 } },
} satisfies Scenario
