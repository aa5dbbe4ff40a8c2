import type { Scenario } from 'lowtide'
import { trackerBehindApache } from './targets/tracker.ts'

/** What hid the incident from many: Apache's default time-out ends a script after a minute of silence, and with it the hung pair. */
export default {
  name: 'apache-timeout',
  about: "the tracker behind Apache with its default time-out: what hangs is ended after a minute, and comes again",
  target: {
    ...trackerBehindApache,
    env: { ...trackerBehindApache.env, TRACKER_APACHE_TIMEOUT: '60' },
    // Patience: what hangs is looked at before the minute is over, and looked for once more when it is. Only so can a run tell that it was the time-out that healed.
    limits: { ...trackerBehindApache.limits, processLingerMs: 35_000 },
  },
  load: { kind: 'journey', journey: 'journeys/timeline.ts', requestTimeoutMs: 5_000 },
  profiles: { repro: { concurrency: 4, dose: 4 }, nightly: { concurrency: 4 } },
} satisfies Scenario
