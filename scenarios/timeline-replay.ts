import type { Scenario } from 'lowtide'
import { tracker } from './targets/tracker.ts'

/** The evening of a deadline as the log of a course's tracker has it (made up by logs/course-week.ts), fifteen times as fast. */
export default {
  name: 'timeline-replay',
  about: 'the access log of the evening of a deadline, replayed to the tracker of 2006',
  target: tracker,
  load: { kind: 'replay', log: 'logs/course-week.access.gz', from: '2006-04-01T01:00:00Z', to: '2006-04-01T05:00:00Z', speed: 15, longestGapMs: 2_000, requestTimeoutMs: 10_000 },
  // A process a request: two cores carry four of them. Who comes while four wait for answers is late.
  profiles: { repro: { concurrency: 4, dose: 6 }, gate: { concurrency: 4 }, nightly: { concurrency: 4 } },
} satisfies Scenario
