import type { Scenario } from 'lowtide'
import { tracker } from './targets/tracker.ts'

/** Writers alone: transactions that commit, locks on a project's row, cookies, files. */
export default {
  name: 'editors',
  about: 'members who log in, change tickets, open new ones with a file, edit the wiki and log out',
  // As in 2006, what hangs is the timeline: whoever does not open it is not hit.
  target: { ...tracker, variants: { ...tracker.variants, leaks: [] } },
  load: { kind: 'journey', journey: 'journeys/editors.ts', requestTimeoutMs: 10_000 },
  profiles: {
    repro: { concurrency: 4, dose: 40, thinkScale: 0.002, budgetMs: 90_000 },
    gate: { concurrency: 4, dose: 80, thinkScale: 0.002 },
    nightly: { concurrency: 12, thinkScale: 0.02 },
  },
} satisfies Scenario
