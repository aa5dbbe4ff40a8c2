import { describe, expect, test } from 'vitest'
import { binomialAtMost, binomialExactly, chiSquareAbove, logGamma, normalAtMost, normalQuantile, poissonAtMost, poissonExactly, poissonLog } from './distributions.ts'

// All values: mpmath 1.3 at 40 digits (ncdf, erfinv, gammainc, betainc, and sums of exact terms where they do not converge).

const distance = (seen: number, published: number): number => Math.abs(seen - published)

test.each([
  [-8, 6.220960574271784e-16],
  [-3, 0.0013498980316300946],
  [-1.5, 0.06680720126885807],
  [-0.3, 0.3820885778110474],
  [0, 0.5],
  [0.5, 0.6914624612740131],
  [1.959963984540054, 0.975],
  [4, 0.9999683287581669],
  [6, 0.9999999990134123],
])('a standard normal is at most %d with probability %d', (z, probability) => {
  expect(distance(normalAtMost(z), probability)).toBeLessThan(1e-10)
  expect(Math.abs(normalAtMost(z) / probability - 1)).toBeLessThan(1e-10)
})

test.each([
  [0.975, 1.9599639845400543],
  [0.5, 0],
  [0.001, -3.0902323061678136],
  [1e-10, -6.361340902404057],
  [0.9, 1.2815515655446004],
  [0.999999, 4.753424308822899],
])('the quantile of a standard normal at %d is %d', (probability, z) => {
  expect(distance(normalQuantile(probability), z)).toBeLessThan(1e-10)
})

test.each([
  [3, 10, 0.3, 0.6496107184],
  [0, 100, 0.01, 0.3660323412732295],
  [50, 100, 0.5, 0.5397946186935894],
  [70, 1_000, 0.05, 0.9976696994523914],
  [4_950, 100_000, 0.05, 0.23663509674006322],
])('at most %i of %i at %d have probability %d', (successes, trials, chance, probability) => {
  expect(distance(binomialAtMost(successes, trials, chance), probability)).toBeLessThan(1e-10)
})

test.each([
  [3, 10, 0.3, 0.266827932],
  [0, 100, 0.01, 0.3660323412732295],
  [50, 100, 0.5, 0.07958923738717875],
  [4_950, 100_000, 0.05, 0.004466561557006903],
  [999, 1_000, 0.999, 0.3680634882592233],
])('exactly %i of %i at %d have probability %d', (successes, trials, chance, probability) => {
  expect(distance(binomialExactly(successes, trials, chance), probability)).toBeLessThan(1e-10)
  expect(Math.abs(binomialExactly(successes, trials, chance) / probability - 1)).toBeLessThan(1e-10)
})

test.each([
  [0.001, 6.907178885383854],
  [0.5, 0.5723649429247001],
  [1, 0],
  [1.5, -0.12078223763524523],
  [7.25, 7.052185450738539],
  [15.999, 27.89653040276015],
  [16, 27.89927138384089],
  [33.5, 83.30242550295004],
  [1_000.25, 5_906.947268271117],
  [123_456.75, 1_323_901.5615730141],
])('the logarithm of gamma of %d is %d', (x, logarithm) => {
  expect(distance(logGamma(x), logarithm)).toBeLessThan(1e-10 * Math.max(1, Math.abs(logarithm)))
})

// gammainc(a, x, inf, regularized=True) with a = degrees / 2 and x = value / 2.
test.each([
  [0.4, 1, 0.5270892568655381],
  [2, 5, 0.8491450360846097],
  [20, 5, 0.0012497305630313753],
  [10, 20, 0.9681719426937951],
  [240, 200, 0.027863739890520663],
  [1_800, 2_000, 0.9994500977342882],
])('chi-square exceeds %d at %i degrees of freedom with probability %d', (value, degrees, probability) => {
  expect(distance(chiSquareAbove(value, degrees), probability)).toBeLessThan(1e-10)
})

describe('Poisson', () => {
  test.each([
    [9, 5, 0.9681719426937951],
    [99, 120, 0.027863739890520663],
    [999, 900, 0.9994500977342882],
  ])('at most %i at a mean of %i', (events, mean, probability) => {
    expect(distance(poissonAtMost(events, mean), probability)).toBeLessThan(1e-10)
  })

  test.each([
    [0, 0.5, 0.6065306597126334],
    [5, 5, 0.17546736976785071],
    [9, 5, 0.03626557741564375],
    [120, 99.5, 0.005024292245956993],
    [1_000, 900, 5.926953285418899e-5],
    [20, 0.3, 1.0617252183475719e-29],
  ])('exactly %i at a mean of %d', (events, mean, probability) => {
    expect(distance(poissonExactly(events, mean), probability)).toBeLessThan(1e-10)
    expect(distance(poissonLog(events, mean), Math.log(probability))).toBeLessThan(1e-10)
  })

  test('the terms add up to their sum', () => {
    const terms = Array.from({ length: 41 }, (_, k) => poissonExactly(k, 33.3)).reduce((sum, term) => sum + term, 0)
    expect(distance(terms, poissonAtMost(40, 33.3))).toBeLessThan(1e-10)
  })
})
