import fc from 'fast-check'
import { expect, test } from 'vitest'
import { doseShares, profiles, shuffledDoses } from '../scenario/profiles.ts'
import type { Plan } from '../scenario/scenario.ts'
import { sequentialTest } from '../verdict/statistics/sequential.ts'
import { baselineCycles, baselineDose, beyondBudgetMs, doseWithinBudget, loadsUntilMs } from './dose.ts'

const plan = (given: Partial<Plan> = {}): Plan => ({ ...profiles.gate, ...given })

test.each<[string, Plan, number, number, number]>([
  ['a fast target gets what was planned', plan({ dose: 20 }), 5_000, 1_000, 20],
  ['a slow one what its budget carries', plan({ dose: 2_000, budgetMs: 120_000 }), 5_000, 5, 40],
  ['the slowest still enough to fill its pools', plan({ dose: 20, concurrency: 6 }), 5_000, 0.01, 6],
  ['and so does one whose budget is spent', plan({ dose: 20, concurrency: 6 }), 500_000, 100, 6],
  ['and one that answered nothing in warm-up', plan({ dose: 20, concurrency: 6 }), 5_000, 0, 6],
])('%s', (_, given, elapsedMs, perSecond, expected) => {
  expect(doseWithinBudget(given, elapsedMs, perSecond)).toBe(expected)
})

test('a pool that takes long to be asked for its places leaves less for the load', () => {
  expect(doseWithinBudget(plan({ dose: 2_000, budgetMs: 120_000 }), 5_000, 5, { besideMs: 3_000 })).toBe(27)
})

test('users who take long to come leave less for the load, in each of the four cycles that have any', () => {
  expect(doseWithinBudget(plan({ dose: 2_000, budgetMs: 300_000 }), 5_000, 5, { rampMs: 10_000 })).toBe(114)
  expect(doseWithinBudget(plan({ dose: 2_000, budgetMs: 260_000 }), 5_000, 5)).toBe(114)
})

test('a first run, whose boot pulls and builds images for minutes, sends as much as any other', () => {
  const given = plan({ dose: 2_000, budgetMs: 120_000 })
  const bootMs = 300_000
  const elapsedMs = bootMs - beyondBudgetMs(bootMs)
  expect(doseWithinBudget(given, elapsedMs, 5)).toBe(doseWithinBudget(given, 15_000, 5))
  expect(elapsedMs).toBeLessThan(loadsUntilMs(given))
})

test('a boot of seconds is a part of the budget', () => {
  expect(beyondBudgetMs(4_100)).toBe(0)
})

test('a unit is a whole number between the concurrency and the dose planned, and never grows with the time spent', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 50, max: 5_000 }), fc.nat(200_000), fc.nat(200_000), fc.nat({ max: 10_000 }).map((tenths) => tenths / 10), (concurrency, dose, elapsedMs, laterMs, perSecond) => {
      const given = plan({ concurrency, dose })
      const unit = doseWithinBudget(given, elapsedMs, perSecond)
      expect(Number.isInteger(unit)).toBe(true)
      expect(unit).toBeGreaterThanOrEqual(concurrency)
      expect(unit).toBeLessThanOrEqual(dose)
      expect(doseWithinBudget(given, elapsedMs + laterMs, perSecond)).toBeLessThanOrEqual(unit)
    }),
  )
})

test('the whole of a run fits its budget, at the rate that the warm-up saw', () => {
  const given = plan({ dose: 10_000, budgetMs: 300_000 })
  const perSecond = 20
  const unit = doseWithinBudget(given, 10_000, perSecond)
  const requests = unit * doseShares.reduce<number>((sum, share) => sum + share, 0) + baselineCycles * baselineDose(unit, given.concurrency)
  expect(10_000 + (1_000 * requests) / perSecond).toBeLessThan(given.budgetMs)
})

test('every order of the doses is the same five, and a seed gives the same order', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5_000 }), fc.nat(), (unit, seed) => {
      const doses = shuffledDoses(unit, seed)
      expect(doses.toSorted((a, b) => a - b)).toEqual([0, unit, unit, 2 * unit, 4 * unit])
      expect(shuffledDoses(unit, seed)).toEqual(doses)
    }),
  )
})

test('seeds give many orders: of the sixty that there are, a thousand seeds find most', () => {
  expect(new Set(Array.from({ length: 1_000 }, (_, seed) => shuffledDoses(1, seed).join())).size).toBeGreaterThan(40)
})

test('a run that is to certify has the requests that the sequential test asks for, with one in fifty unanswered, and few more', () => {
  const { dose: unit, concurrency } = profiles.certify
  const requests = baselineCycles * baselineDose(unit, concurrency) + unit * doseShares.reduce<number>((sum, share) => sum + share, 0)
  expect(sequentialTest(0, 0.98 * requests).kind).toBe('accept')
  expect(sequentialTest(0, 0.97 * requests).kind).toBe('go on')
})
