import fc from 'fast-check'
import { expect, test } from 'vitest'
import { garwood, upperBound } from './rates.ts'

// mpmath 1.3 at 30 digits: findroot on gammainc(x, 0, m, regularized=True) - 0.025 and gammainc(x + 1, 0, m, regularized=True) - 0.975.
test.each([
  [0, 0, 3.6888794541139363],
  [1, 0.0253178079842898754, 5.5716433909388986],
  [2, 0.242209278543964903, 7.22468766772396082],
  [3, 0.618672122895601287, 8.76727306974232604],
  [7, 2.81436305151986608, 14.4226753617023794],
  [10, 4.79538869613243364, 18.3903560420177787],
  [100, 81.3639912509231404, 121.62679379242639],
  [1000, 938.973018407695216, 1063.95213601630198],
])('the interval for %i events is [%d, %d]', (events, lower, upper) => {
  const interval = garwood(events)
  expect(Math.abs(interval.lower - lower)).toBeLessThan(1e-10)
  expect(Math.abs(interval.upper - upper)).toBeLessThan(1e-10)
})

test('no event at all bounds the mean by -ln 0.05: the rule of three', () => {
  expect(Math.abs(upperBound(0) + Math.log(0.05))).toBeLessThan(1e-12)
  expect(Math.abs(upperBound(0, 0.99) + Math.log(0.01))).toBeLessThan(1e-12)
})

test('the interval holds its count, and more events never lower either end', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 5_000 }), (events) => {
      const [here, next] = [garwood(events), garwood(events + 1)]
      expect(here.lower).toBeLessThanOrEqual(events)
      expect(here.upper).toBeGreaterThan(events)
      expect(next.lower).toBeGreaterThan(here.lower)
      expect(next.upper).toBeGreaterThan(here.upper)
    }),
    { numRuns: 50 },
  )
})
