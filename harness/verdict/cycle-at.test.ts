import fc from 'fast-check'
import { expect, test } from 'vitest'
import { timelineOf } from '../testing/timeline-of.ts'
import { cycleAt, cycleAtEpoch } from './cycle-at.ts'

const cycle = (nth: number, startMs: number) => ({ cycle: nth, role: 'measured' as const, startMs, endMs: startMs + 5, startedAtEpochMs: 1_000_000 + startMs, endedAtEpochMs: 1_000_005 + startMs })

test('a moment is in the last cycle that had begun by then, in whatever order a damaged record has them', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 12 }), fc.integer({ min: -5, max: 50 }), (starts, atMs) => {
      const timeline = { ...timelineOf(), cycles: starts.map((startMs, nth) => cycle(nth, startMs)) }
      const last = starts.findLastIndex((startMs) => startMs <= atMs)
      const expected = last < 0 ? null : last
      expect([cycleAt(timeline, atMs), cycleAtEpoch(timeline, 1_000_000 + atMs)]).toEqual([expected, expected])
    }),
  )
})
