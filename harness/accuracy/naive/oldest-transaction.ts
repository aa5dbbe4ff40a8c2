import type { Detector } from '../detector.ts'

/** Alerts on max_tx_duration usually wait a minute; runs of half a minute get a tenth of that. */
const alarmMs = 6_000

/** The alert of every PostgreSQL dashboard: the age of the oldest open transaction crosses a line. */
export default {
  name: 'oldest transaction',
  about: `a transaction open for more than ${alarmMs / 1_000} s, at any moment`,
  begin: () => {
    let oldestMs = 0
    let watching = true
    return {
      read: (entry) => {
        // The run's own planted leaks would set it off.
        if (entry.kind === 'phase' && entry.phase === 'control') watching = false
        if (watching && entry.kind === 'beat') oldestMs = Math.max(oldestMs, entry.counters['pg.oldest-transaction-ms'] ?? 0)
      },
      leaks: () => oldestMs > alarmMs,
    }
  },
} satisfies Detector
