import type { Detector } from '../detector.ts'

/** Compares two readings of a dashboard: connections and processes before the load and after it. */
export default {
  name: 'difference of counts',
  about: 'more connections or processes at the end of the load than after the warm-up',
  begin: () => {
    let before: number | null = null
    let after = 0
    return {
      read: (entry) => {
        if (entry.kind !== 'look') return
        const total = (entry.counters['pg.backends'] ?? 0) + (entry.counters['app.processes'] ?? 0)
        if (entry.reading === 'baseline') before = total
        if (entry.reading === 'untouched') after = total
      },
      leaks: () => before !== null && after > before,
    }
  },
} satisfies Detector
