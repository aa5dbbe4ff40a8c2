import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Being, cycleMs, hungRequest, openTransaction, process, session, startOf, timelineOf } from '../testing/timeline-of.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { type Birth, birthsOf } from './births.ts'
import { judge } from './judge.ts'
import { loadInvariants } from './load-invariants.ts'
import { rateOf } from './rate.ts'
import { fitted, likelihoodOf, withAtStart } from './statistics/poisson-regression.ts'

const invariants = await loadInvariants()

/** A run of 8 cycles with 40 40 40 20 0 40 80 20 requests, 20 s each, and how many each of them left behind. */
const leaving = (...births: readonly number[]) => {
  const all = births.flatMap((n, cycle): readonly Birth[] => Array.from({ length: n }, (_, i) => ({ cycle, atMs: startOf(cycle) + i * 2_000 })))
  return rateOf(timelineOf(), all)
}

test.each<[string, readonly number[], string, string]>([
  ['as many as there were requests', [4, 4, 4, 2, 0, 4, 8, 2], 'per request', '28 left behind, which come with the requests: 100 per 1,000 requests (95 %: 66 to 145); none came in the cycle without requests'],
  ['as many in each cycle, whatever its dose', [4, 4, 4, 4, 4, 4, 4, 4], 'per hour', '32 left behind, which come with time, whatever the load: 738 an hour (95 %: 505 to 1,042); 4 came in the cycle without requests'],
  ['in the first cycle alone', [5, 0, 0, 0, 0, 0, 0, 0], 'at start-up', '5 left behind, which came only at the start (95 %: 1.6 to 12 at each start): all in the first cycle, none with later requests or with time'],
  ['one, with requests', [0, 0, 0, 0, 0, 1, 0, 0], 'undecided', '1 left behind, too few to say whether it comes with the requests or with time: 3.6 per 1,000 requests (95 %: 0.090 to 20) or 23 an hour (95 %: 0.58 to 129); none came in the cycle without requests'],
  ['one, without any request', [0, 0, 0, 0, 1, 0, 0, 0], 'per hour', '1 left behind, which comes with time, whatever the load: 23 an hour (95 %: 0.58 to 129); 1 came in the cycle without requests'],
  ['one, in the first cycle', [1, 0, 0, 0, 0, 0, 0, 0], 'undecided', '1 left behind, too few to say whether it comes with the requests, with time or only at the start: 3.6 per 1,000 requests (95 %: 0.090 to 20), 23 an hour (95 %: 0.58 to 129) or all at the start; none came in the cycle without requests'],
  ['by requests and by the hour', [14, 14, 14, 12, 10, 14, 18, 12].map((n) => n * 3), 'mixed', ''],
])('%s', (_, births, kind, sentence) => {
  expect(leaving(...births)).toMatchObject({ kind, ...(sentence !== '' && { sentence }) })
})

test('two causes at once are told apart, each with its interval', () => {
  const rate = leaving(12, 12, 12, 9, 6, 12, 18, 9)
  const mixed = leaving(...[12, 12, 12, 9, 6, 12, 18, 9].map((n) => n * 4))
  expect(rate?.law).toBe('Poisson')
  expect(mixed).toMatchObject({ kind: 'mixed', perRequest: { value: expect.closeTo(0.6, 5) }, perHour: { value: expect.closeTo(24 * 3_600_000 / cycleLengthMs, 2) }, atStart: { value: 0, lower: 0 } })
  if (mixed?.kind !== 'mixed') throw new Error('not mixed')
  expect(mixed.perRequest.lower).toBeGreaterThan(0.35)
  expect(mixed.perRequest.upper).toBeLessThan(0.85)
})

test('what a start left beside them is a term of its own, with its interval', () => {
  const mixed = leaving(...[12, 12, 12, 9, 6, 12, 18, 9].map((n, cycle) => n * 4 + (cycle === 0 ? 40 : 0)))
  expect(mixed).toMatchObject({ kind: 'mixed', atStart: { value: expect.closeTo(40, 5) }, sentence: expect.stringMatching(/, which have more than one cause: .* and 40 at the start \(95 %: \d+ to \d+\)$/) })
  if (mixed?.kind !== 'mixed') throw new Error('not mixed')
  // About two standard deviations of the first cycle's 88, and of what the others say of its requests and hours.
  expect(mixed.atStart.lower).toBeGreaterThan(18)
  expect(mixed.atStart.lower).toBeLessThan(26)
  expect(mixed.atStart.upper).toBeGreaterThan(56)
  expect(mixed.atStart.upper).toBeLessThan(66)
  expect(leaving(5, 0, 0, 0, 0, 0, 0, 0)).toMatchObject({ kind: 'at start-up', atStart: { value: 5, lower: expect.closeTo(1.6235, 4), upper: expect.closeTo(11.6683, 4) } })
})

test('nothing left has no rate', () => {
  expect(leaving()).toBeNull()
})

describe('cycles that differ by more than chance', () => {
  const at = (cycle: number, ms: number): Birth => ({ cycle, atMs: startOf(cycle) + ms })

  test('what was left within a second is a burst, and bursts are counted', () => {
    const bursts = [0, 2, 3, 5, 6, 6].flatMap((cycle, i) => Array.from({ length: 9 }, (_, k) => at(cycle, 1_000 + i * 2_500 + k * 100)))
    expect(rateOf(timelineOf(), bursts)).toMatchObject({ law: 'Poisson of episodes', events: 6, sentence: expect.stringMatching(/^54 left behind in 6 bursts, .* bursts per 1,000 requests /) })
  })

  test('spread over their cycles they widen the interval', () => {
    const [poisson, dispersed] = [leaving(9, 9, 9, 4, 0, 9, 18, 4), leaving(30, 0, 1, 0, 0, 2, 29, 0)]
    expect(poisson?.law).toBe('Poisson')
    expect(dispersed).toMatchObject({ law: 'negative binomial', sentence: expect.stringMatching(/; the cycles differ by more than chance, so the intervals are wide \(negative binomial\)$/) })
  })
})

test('no coefficients explain it better than the fitted ones', () => {
  const cycle = fc.record({ births: fc.nat({ max: 20 }), requests: fc.nat({ max: 500 }), hours: fc.double({ min: 0.001, max: 1, noNaN: true }) })
  // Not doubles alone: half of those that fast-check makes are next to nothing.
  const coefficient = fc.oneof(fc.nat({ max: 5_000 }).map((thousandths) => thousandths / 1_000), fc.double({ min: 0, max: 5, noNaN: true }))
  fc.assert(
    fc.property(fc.array(cycle, { minLength: 2, maxLength: 12 }), coefficient, coefficient, coefficient, (cycles, perRequest, perHour, atStart) => {
      const best = likelihoodOf(cycles, fitted(cycles))
      expect(likelihoodOf(cycles, { perRequest, perHour, atStart })).toBeLessThanOrEqual(best + 1e-6)
      expect(likelihoodOf(cycles, { perRequest, perHour, atStart })).toBeLessThanOrEqual(likelihoodOf(cycles, withAtStart(cycles, atStart)) + 1e-6)
    }),
  )
})

describe('what is left is dated by when it was left', () => {
  const birthsIn = (timeline: Timeline): readonly (number | null)[] => {
    const { findings, hangs } = judge(timeline, invariants)
    return birthsOf(timeline, hangs, findings.filter(({ kind }) => kind === 'leak')).map(({ cycle }) => cycle)
  }

  test.each<[string, readonly Being[], readonly (number | null)[]]>([
    ['a hung request by its birth', hungRequest({ cycle: 5 }), [5]],
    ['a transaction in a session of the warm-up by its own beginning', [openTransaction({ pid: 50, fromMs: startOf(0) + 100, begunAtMs: startOf(6) + 500, relationLocks: 1 })], [6]],
    ['an advisory lock in an old session by the first look that shows it', [(moment) => session({ pid: 51, advisoryLocks: moment.atMs > startOf(5) ? 1 : 0 })(moment)], [5]],
    ['sockets of an old front end by the rests that show more of them', [(moment) => process({ pid: 52, closeWait: moment.atMs > startOf(6) ? 3 : moment.atMs > startOf(4) ? 1 : 0 })(moment)], [4, 6, 6]],
    ['what was there before the first request by none', [openTransaction({ pid: 53, relationLocks: 1 })], [null]],
  ])('%s', (_, beings, expected) => {
    expect(birthsIn(timelineOf({ beings }))).toEqual(expected)
  })
})

/** A cycle of these runs from its start to the end of its settle. */
const cycleLengthMs = cycleMs - 500
