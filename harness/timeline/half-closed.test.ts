import { expect, test } from 'vitest'
import { factsOf } from '../testing/timeline-of.ts'
import { halfClosedSince } from './half-closed.ts'

const epochMs = Date.parse(factsOf().startedAt)

/** Beats every 200 ms, with this many sockets in CLOSE_WAIT; null where the probe gave no answer. */
const counted = (...sockets: readonly (number | null | 'control' | 'rest')[]) => {
  const fold = halfClosedSince(factsOf())
  let last = -1
  for (const [i, now] of sockets.entries()) {
    if (now === 'control') fold.phase({ kind: 'phase', phase: 'control', edge: 'start' })
    else if (now === 'rest') fold.phase({ kind: 'phase', phase: 'settle', edge: 'end', cycle: 0 })
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
  ['where one of two went, the other may be either', [0, 0, 1, 2, 1, 2], [[200, 800], [800, 1_200]]],
  ['where two of four went, the others are any two', [0, 0, 1, 2, 3, 4, 2], [[200, 1_000], [400, 1_200]]],
  ['what a load left before is none of those that come and go with the next', [0, 0, 1, 'rest', 1, 2, 3, 2], [[200, 600], [600, 1_400]]],
  ['unless it goes itself; but it was left all the same', [0, 0, 1, 2, 'rest', 3, 1], [[200, 600], [400, 800]]],
  ['what each load leaves and the next takes away is left by each', [0, 2, 'rest', 2, 0, 0, 1, 'rest', 0, 0, 3, 'rest'], [[0, 400], [0, 400], [1_000, 1_400], [1_800, 2_200], [1_800, 2_200], [1_800, 2_200]]],
  ['a beat without an answer tells nothing, and widens the next', [0, 0, null, 1], [[200, 800]]],
  ['those that the control plants are none', [0, 0, 1, 'control', 2], [[200, 600]]],
] as const)('sockets in CLOSE_WAIT: %s', (_, sockets, expected) => {
  expect(counted(...sockets)).toEqual(expected)
})
