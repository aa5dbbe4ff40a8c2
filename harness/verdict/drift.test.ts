import { describe, expect, test } from 'vitest'
import { timelineOf } from '../testing/timeline-of.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { driftsOf } from './drift.ts'
import { theilSen } from './statistics/theil-sen.ts'

describe('Theil and Sen', () => {
  const points = [2.1, 3.9, 6.2, 7.8, 10.1, 30, 14.2].map((y, i) => ({ x: i + 1, y }))

  test('one wild point does not move the slope', () => {
    const line = theilSen(points)
    expect(line?.slope).toBeCloseTo(2.05, 10)
    expect(line?.lower).toBeGreaterThan(1.5)
    expect(line?.upper).toBeLessThan(8)
  })

  test('no slope without two doses', () => {
    expect(theilSen([{ x: 1, y: 1 }, { x: 1, y: 2 }])).toBeNull()
  })
})

/** A run whose rests show this much memory, one number a cycle. */
const holding = (...megabytes: readonly number[]): Timeline => {
  const timeline = timelineOf()
  return { ...timeline, looks: timeline.looks.map((look) => ({ ...look, counters: { ...look.counters, 'app.rss-bytes': (megabytes[look.cycle ?? 0] ?? 0) * 1e6 } })) }
}

test.each<[string, readonly number[], string, RegExp]>([
  ['the same', [50, 50, 50, 50, 50, 50, 50, 50], 'flat', /^memory flat: 50 MB to 50 MB over 280 requests$/],
  ['noise', [50, 51, 49.5, 50.2, 50.4, 49.8, 50.3, 50.1], 'flat', /^memory flat/],
  ['a cache that fills', [50, 60, 69.5, 75.2, 75, 75.1, 75.2, 75], 'rose, then flat', /^memory rose, then flat: 50 MB to 75 MB over 280 requests, .* per 1,000 \(95 %: .* to .*\)$/],
  ['so much a request', [54, 58, 62.1, 64, 63.9, 68.1, 76, 78], 'rises with the load', /^memory rises with the load: 54 MB to 78 MB over 280 requests, 100 MB per 1,000/],
  ['so little a request that megabytes would hide it', [54, 58, 62.1, 64, 63.9, 68.1, 76, 78].map((megabytes) => megabytes / 20_000), 'rises with the load', /^memory rises with the load: 2\.7 kB to 3\.9 kB over 280 requests, 5 kB per 1,000/],
  ['what a start has used and gives back', [70, 60, 52, 46, 46.1, 45.9, 46, 46.1], 'flat', /^memory flat: 70 MB to 46 MB/],
  ['what falls, but for the slope between most of its rests', [52, 47, 46, 46.2, 46.1, 46.3, 46.2, 46.4], 'flat', /^memory flat: 52 MB to 46 MB/],
  ['a bend or a line', [50, 56, 60, 63, 62.5, 65, 68, 69], 'not settled yet', /^memory not settled yet/],
])('%s', (_, megabytes, kind, sentence) => {
  const [drift] = driftsOf(holding(...megabytes))
  expect(drift?.sentence).toMatch(sentence)
  expect(drift?.kind).toBe(kind)
})

test('memory is what no file backs, where the run has it', () => {
  const resident = holding(54, 58, 62.1, 64, 63.9, 68.1, 76, 78)
  const timeline = { ...resident, looks: resident.looks.map((look) => ({ ...look, counters: { ...look.counters, 'app.anonymous-bytes': 20e6 } })) }
  expect(driftsOf(timeline)).toMatchObject([{ counter: 'app.anonymous-bytes', kind: 'flat', sentence: 'memory flat: 20 MB to 20 MB over 280 requests' }])
})

test.each([
  ['pg.wal-retained-bytes', /^write-ahead log kept by replication slots rises with the load: 54 MB to 78 MB/],
  ['pg.database-bytes', /^database rises with the load/],
  ['pg.temporary-file-bytes', /^temporary files rise with the load/],
  ['app.shm-bytes', /^shared memory rises with the load/],
  ['app.sysv-bytes', /^System V shared memory rises with the load/],
])('%s is told as well', (counter, sentence) => {
  const rising = holding(54, 58, 62.1, 64, 63.9, 68.1, 76, 78)
  const timeline = { ...rising, looks: rising.looks.map((look) => ({ ...look, counters: { [counter]: look.counters['app.rss-bytes'] ?? 0 } })) }
  expect(driftsOf(timeline).map((drift) => drift.sentence)).toEqual([expect.stringMatching(sentence)])
})

test('the write-ahead log itself is no drift: it grows in health; and what never was has not moved', () => {
  const rising = holding(54, 58, 62.1, 64, 63.9, 68.1, 76, 78)
  expect(driftsOf({ ...rising, looks: rising.looks.map((look) => ({ ...look, counters: { 'pg.wal-bytes': look.counters['app.rss-bytes'] ?? 0, 'app.orphan-sockets': 0 } })) })).toEqual([])
})

test('a run without the counter, or with few rests, tells nothing', () => {
  expect(driftsOf(timelineOf())).toEqual([])
  const short = timelineOf({ doses: [20, 0] })
  expect(driftsOf({ ...short, looks: short.looks.map((look) => ({ ...look, counters: { 'app.fds': 4 } })) })).toEqual([])
})

test('a night of rests tells the same slope as its few would: what a request keeps lies within the interval', () => {
  const cycles = 1_203
  const timeline = timelineOf({ doses: Array.from({ length: cycles }, () => 100) })
  const noise = (cycle: number): number => ((cycle * 7_919) % 101) / 10
  const [drift] = driftsOf({ ...timeline, looks: timeline.looks.map((look) => ({ ...look, counters: { 'app.rss-bytes': (50 + 0.2 * (look.cycle ?? 0) + noise(look.cycle ?? 0)) * 1e6 } })) })
  expect(drift?.kind).toBe('rises with the load')
  expect(drift?.interval.lower).toBeLessThan(2e6)
  expect(drift?.interval.upper).toBeGreaterThan(2e6)
  expect(drift?.slope).toBeCloseTo(2e6, -5)
})
