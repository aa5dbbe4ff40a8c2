import { expect, test } from 'vitest'
import { factsOf } from '../testing/timeline-of.ts'
import { halfClosedSince } from './half-closed.ts'

const epochMs = Date.parse(factsOf().startedAt)

/** Beats every 200 ms, with this many sockets in CLOSE_WAIT; null where the probe gave no answer. */
const counted = (...sockets: readonly (number | null | 'control')[]) => {
  const fold = halfClosedSince(factsOf())
  let last = -1
  for (const [i, now] of sockets.entries()) {
    if (now === 'control') fold.phase({ kind: 'phase', phase: 'control', edge: 'start' })
    else fold.beat({ kind: 'beat', counters: now === null || now === last ? {} : { 'app.close-wait': now }, ...(now === null && { missed: ['processes'] }), atMs: 200 * (i + 1) })
    last = typeof now === 'number' ? now : last
  }
  return fold.now().map(({ afterMs, byMs }) => [afterMs - epochMs, byMs - epochMs])
}

test('a beat that tells of earlier connections is passed over: what the next reading shows came after the one before the last', () => {
  const fold = halfClosedSince(factsOf())
  const beats = [{ 'app.connection-readings': 1, 'app.close-wait': 0 }, { 'app.connection-readings': 2 }, {}, {}, { 'app.connection-readings': 3, 'app.close-wait': 1 }]
  for (const [i, counters] of beats.entries()) fold.beat({ kind: 'beat', counters, atMs: 200 * (i + 1) })
  expect(fold.now()).toEqual([{ afterMs: epochMs + 200, byMs: epochMs + 1_000 }])
})

test.each([
  ['none', [0, 0, 0], []],
  ['one is dated by the beat that shows it, back to when the one before was asked for', [0, 0, 0, 1, 1], [[400, 800]]],
  ['each has its own beat, and two may share one', [0, 0, 1, 1, 3], [[200, 600], [600, 1_000], [600, 1_000]]],
  ['one that went was the last to come', [0, 0, 1, 2, 1, 2], [[200, 600], [800, 1_200]]],
  ['a beat without an answer tells nothing, and widens the next', [0, 0, null, 1], [[200, 800]]],
  ['those that the control plants are none', [0, 0, 1, 'control', 2], [[200, 600]]],
] as const)('sockets in CLOSE_WAIT: %s', (_, sockets, expected) => {
  expect(counted(...sockets)).toEqual(expected)
})
