import { highestKey, latencyOf, lowestKey, type Bucket } from '../timeline/latencies.ts'

/** Latencies of a window that moves, or of a whole run: memory and the time of an answer are bounded, whatever their number. */
export type Histogram = {
  readonly add: (buckets: readonly Bucket[]) => void
  readonly remove: (buckets: readonly Bucket[]) => void
  readonly count: () => number
  /** Null without any latency, as those below. */
  readonly min: () => number | null
  readonly max: () => number | null
  readonly avg: () => number | null
  /** As k6 has it: between two latencies in proportion. https://github.com/grafana/k6/blob/v2.2.0/metrics/sink.go */
  readonly percentile: (percent: number) => number | null
}

/** An empty one. Latencies are in milliseconds, each within 0.1 % of what was measured. Nothing may be removed but what was added before. */
export function openHistogram(): Histogram {
  const counts = new Float64Array(highestKey - lowestKey + 1)
  let total = 0
  // Nothing outside of these was ever counted.
  let from = counts.length
  let to = -1

  const put = (buckets: readonly Bucket[], sign: 1 | -1) => {
    for (const { key, count } of buckets) {
      const at = key - lowestKey
      counts[at] = (counts[at] ?? 0) + sign * count
      total += sign * count
      from = Math.min(from, at)
      to = Math.max(to, at)
    }
  }
  /** The latency with so many before it. */
  const at = (rank: number): number => {
    let before = 0
    for (let i = from; i <= to; i += 1) {
      before += counts[i] ?? 0
      if (before > rank) return latencyOf(i + lowestKey)
    }
    throw new RangeError(`rank ${rank} of ${total}`)
  }
  const ofSome = (answer: () => number) => () => (total === 0 ? null : answer())

  return {
    add: (buckets) => put(buckets, 1),
    remove: (buckets) => put(buckets, -1),
    count: () => total,
    min: ofSome(() => at(0)),
    max: ofSome(() => at(total - 1)),
    avg: ofSome(() => {
      let sum = 0
      for (let i = from; i <= to; i += 1) sum += (counts[i] ?? 0) === 0 ? 0 : (counts[i] ?? 0) * latencyOf(i + lowestKey)
      return sum / total
    }),
    percentile: (percent) => {
      if (total === 0) return null
      const rank = (percent / 100) * (total - 1)
      const below = at(Math.floor(rank))
      return below + (at(Math.ceil(rank)) - below) * (rank - Math.floor(rank))
    },
  }
}
