import type { Detector } from '../detector.ts'

/** No more values than this are kept, evenly spread, since the test looks at every pair of them. */
const mostValues = 600

/**
 * The trend test that monitoring tools offer (Mann 1945, Kendall 1975): one-sided at 5 %, on the number of connections as sampled during
 * the measured cycles.
 */
export default {
  name: 'Mann-Kendall',
  about: 'an upward trend of the connection count, one-sided at 5 %',
  begin: () => {
    const sampled: number[] = []
    let watching = false
    let latest = 0
    return {
      read: (entry) => {
        if (entry.kind === 'phase' && entry.phase === 'cycle' && entry.edge === 'start') watching = true
        if (entry.kind === 'phase' && entry.phase === 'control') watching = false
        if (entry.kind !== 'beat') return
        latest = entry.counters['pg.backends'] ?? latest
        if (watching) sampled.push(latest)
      },
      leaks: () => risesByMannKendall(sampled.filter((_, i) => i % Math.ceil(sampled.length / mostValues) === 0)),
    }
  },
} satisfies Detector

/** 95th percentile of the standard normal distribution. */
const z95 = 1.6448536269514722

/** Whether values rise, by the normal approximation with corrections for ties and continuity. false for fewer than ten values. */
export function risesByMannKendall(values: readonly number[]): boolean {
  const n = values.length
  if (n < 10) return false
  let s = 0
  for (let later = 1; later < n; later += 1) for (let earlier = 0; earlier < later; earlier += 1) s += Math.sign((values[later] ?? 0) - (values[earlier] ?? 0))
  const ties = [...Map.groupBy(values, (value) => value).values()].reduce((sum, { length: t }) => sum + t * (t - 1) * (2 * t + 5), 0)
  const variance = (n * (n - 1) * (2 * n + 5) - ties) / 18
  return variance > 0 && (s - 1) / Math.sqrt(variance) > z95
}
