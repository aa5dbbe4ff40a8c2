import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addLatency, decodeLatencies, encodeLatencies, openLatencies, relativeAccuracy } from '../timeline/latencies.ts'
import { openHistogram } from './histogram.ts'

/** As the record carries them. */
const recorded = (latencies: readonly number[]) => {
  const sketch = openLatencies()
  for (const ms of latencies) addLatency(sketch, ms)
  return decodeLatencies(encodeLatencies(sketch))
}

/** k6's own, from the raw values: TrendSink.P of metrics/sink.go. */
function exactPercentile(latencies: readonly number[], percent: number): number {
  const sorted = latencies.toSorted((a, b) => a - b)
  const rank = (percent / 100) * (sorted.length - 1)
  const [below, above] = [sorted[Math.floor(rank)] ?? 0, sorted[Math.ceil(rank)] ?? 0]
  return below + (above - below) * (rank - Math.floor(rank))
}

const seconds = fc.array(fc.array(fc.double({ min: 0.001, max: 120_000, noNaN: true }), { maxLength: 60 }), { minLength: 1, maxLength: 20 }).filter((some) => some.flat().length > 0)

/** Not doubles: half of these are next to nothing. */
const percents = fc.nat({ max: 1_000 }).map((tenths) => tenths / 10)

/** A hair more than the sketch promises, for the rounding of doubles. */
const within = (got: number | null, exact: number) => expect(Math.abs((got ?? Number.NaN) - exact)).toBeLessThanOrEqual(exact * (relativeAccuracy + 1e-9))

test('percentiles, mean and extremes of seconds from the record are within 0.1 % of the exact ones from raw samples', () => {
  fc.assert(
    fc.property(seconds, percents, (some, percent) => {
      const histogram = openHistogram()
      for (const second of some) histogram.add(recorded(second))
      const all = some.flat()
      expect(histogram.count()).toBe(all.length)
      for (const p of [percent, 50, 95, 99, 100]) within(histogram.percentile(p), exactPercentile(all, p))
      within(histogram.avg(), all.reduce((sum, ms) => sum + ms, 0) / all.length)
      within(histogram.min(), Math.min(...all))
      within(histogram.max(), Math.max(...all))
    }),
  )
})

test('a window that has moved on is as one that never saw what it left', () => {
  fc.assert(
    fc.property(seconds, seconds, percents, (left, kept, percent) => {
      const [moved, fresh] = [openHistogram(), openHistogram()]
      for (const second of [...left, ...kept]) moved.add(recorded(second))
      for (const second of left) moved.remove(recorded(second))
      for (const second of kept) fresh.add(recorded(second))
      for (const ask of ['min', 'max', 'avg', 'count'] as const) expect(moved[ask]()).toBe(fresh[ask]())
      expect(moved.percentile(percent)).toBe(fresh.percentile(percent))
    }),
  )
})

test('without a latency there is nothing to say', () => {
  const { percentile, avg, min, max } = openHistogram()
  expect([percentile(99), avg(), min(), max()]).toEqual([null, null, null, null])
})
