import { expect, test } from 'vitest'
import { negativeBinomial } from './negative-binomial.ts'
import { garwood } from './intervals.ts'

const counts = [
  { births: 30, exposure: 40 },
  { births: 0, exposure: 40 },
  { births: 1, exposure: 40 },
  { births: 0, exposure: 20 },
  { births: 2, exposure: 40 },
  { births: 29, exposure: 80 },
  { births: 0, exposure: 20 },
]

// mpmath 1.3 at 40 digits: findroot on the derivatives of the likelihood, and on the loss of its profile less 3.8415.
test('rate and interval are those of the greatest likelihood and of its profile', () => {
  const { value, lower, upper } = negativeBinomial(counts)
  // A maximum is flat: where it lies is known to less than half of the sixteen digits that the likelihood has.
  expect(value / 0.1720749198831068).toBeCloseTo(1, 6)
  expect(lower / 0.04474134449278).toBeCloseTo(1, 6)
  expect(upper / 1.7404965282749).toBeCloseTo(1, 6)
})

test('the interval is wider than that of as many births one by one', () => {
  const { lower, upper } = negativeBinomial(counts)
  const poisson = garwood(62)
  expect(lower).toBeLessThan(poisson.lower / 280)
  expect(upper).toBeGreaterThan(poisson.upper / 280)
})

test('counts that differ by no more than chance have the rate of their sum', () => {
  expect(negativeBinomial([4, 4, 4, 2, 0, 4, 8, 2].map((births) => ({ births, exposure: births * 10 }))).value).toBeCloseTo(0.1, 6)
})

test('nothing left, or nothing sent, is a rate of 0', () => {
  expect(negativeBinomial([{ births: 0, exposure: 40 }])).toEqual({ value: 0, lower: 0, upper: 0 })
  expect(negativeBinomial([])).toEqual({ value: 0, lower: 0, upper: 0 })
})
