import fc from 'fast-check'
import { expect, test } from 'vitest'
import { garwood, upperBound } from './rates.ts'

// mpmath 1.3 at 30 digits: findroot on gammainc(x, 0, m, regularized=True) - 0.025 and gammainc(x + 1, 0, m, regularized=True) - 0.975.
test.each([
  [0, 0, 3.6888794541139363],
  [1, 0.025317807984289876, 5.571643390938899],
  [2, 0.2422092785439649, 7.224687667723961],
  [3, 0.6186721228956013, 8.767273069742327],
  [7, 2.814363051519866, 14.42267536170238],
  [10, 4.7953886961324335, 18.39035604201778],
  [100, 81.36399125092314, 121.62679379242638],
  [1000, 938.9730184076952, 1063.952136016302],
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
