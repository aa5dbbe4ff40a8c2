import fc from 'fast-check'
import { expect, test } from 'vitest'
import { clopperPearson, garwood, midP, upperBound } from './intervals.ts'

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

// mpmath 1.3 at 40 digits: bisection on exact binomial sums.
test.each([
  [0, 10, 0, 0.30849710781876083],
  [1, 10, 0.0025285785444617843, 0.44501611702819543],
  [5, 10, 0.18708602844739852, 0.8129139715526015],
  [10, 10, 0.6915028921812392, 1],
  [3, 100, 0.006229971538306394, 0.08517605297428003],
  [0, 300, 0, 0.012220974694293554],
  [1, 3_000, 8.439233717563405e-6, 0.0018557999944919224],
  [50, 100_000, 0.0003711317017834941, 0.0006591351958693719],
  [999, 1_000, 0.9944410757201734, 0.9999746825125088],
  [9_990, 10_000, 0.9981617358657894, 0.9995203602762289],
])('a share of %i in %i lies between %d and %d (Clopper and Pearson)', (successes, trials, lower, upper) => {
  const interval = clopperPearson(successes, trials)
  expect(Math.abs(interval.lower - lower)).toBeLessThan(1e-10)
  expect(Math.abs(interval.upper - upper)).toBeLessThan(1e-10)
})

test('nothing tried says nothing of its share', () => {
  expect(clopperPearson(0, 0)).toEqual({ lower: 0, upper: 1 })
})

// mpmath 1.3 at 40 digits: bisection on gammainc(x, m, inf) + exp(-m) m^x / 2 x!.
test.each([
  [0, 0, 2.995732273553991],
  [1, 0.05002034483533549, 4.9318605247067735],
  [2, 0.3353290555092988, 6.607959747453601],
  [3, 0.7630962977977814, 8.164469208368367],
  [10, 5.079521847217341, 17.82485369656968],
  [100, 81.79182109201228, 121.10349089745777],
  [1_000, 939.4498990064538, 1063.4445074654345],
])('the mid-P interval for %i events is [%d, %d]', (events, lower, upper) => {
  const interval = midP(events)
  expect(Math.abs(interval.lower - lower)).toBeLessThan(1e-10)
  expect(Math.abs(interval.upper - upper)).toBeLessThan(1e-10)
})

test('mid-P lies within the exact interval', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 400 }), (events) => {
      const [exact, narrower] = [garwood(events), midP(events)]
      expect(narrower.lower).toBeGreaterThanOrEqual(exact.lower - 1e-12)
      expect(narrower.upper).toBeLessThanOrEqual(exact.upper + 1e-12)
    }),
    { numRuns: 50 },
  )
})
