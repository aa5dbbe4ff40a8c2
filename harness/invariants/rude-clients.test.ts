import { expect, test } from 'vitest'
import { timelineOf } from '../testing/timeline-of.ts'
import type { RudeSums } from '../timeline/rude-sums.ts'
import theDoseWasDelivered from './the-dose-was-delivered.ts'

const having = (...cycles: readonly RudeSums[]) => theDoseWasDelivered.check(timelineOf({ also: cycles.map((manners, cycle) => ({ kind: 'rude' as const, cycle, manners, atMs: 30_000 * (cycle + 1) })) }))
const midBody = (planned: number, performed: number, whole = 0): RudeSums => [{ manner: 'abort mid-body', planned, performed, notes: whole > 0 ? [{ note: 'the body came whole before it could be cut off', acts: whole }] : [] }]

test('what rude clients did is told with the dose, summed over the cycles, and so is a manner that the dose had no room for', () => {
  expect(having(midBody(5, 5), [...midBody(1_200, 1_198, 2), { manner: 'slow reader', planned: 0, performed: 0, notes: [] }])).toEqual({
    kind: 'pass',
    sentence: expect.stringContaining('; rude clients: abort mid-body 1,203 of 1,205 (2: the body came whole before it could be cut off) and slow reader none (its share is too small for this dose)'),
  })
})

test('a manner that never came off makes the run inconclusive: of what it would have brought to light nothing is known', () => {
  expect(having(midBody(5, 0, 5), midBody(3, 0, 3))).toMatchObject({
    kind: 'inconclusive',
    sentence: 'no rude client did its abort mid-body: abort mid-body 0 of 8 (8: the body came whole before it could be cut off)',
  })
})

test('a run without rude clients does not speak of them', () => {
  expect(having()).toMatchObject({ kind: 'pass', sentence: expect.not.stringContaining('rude') })
})
