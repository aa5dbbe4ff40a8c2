import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mixesOf } from './mix.ts'

const given = fc.record({
  weights: fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 12 }),
  unit: fc.integer({ min: 1, max: 2_000 }),
  order: fc.constantFrom([0, 1, 2, 4, 1], [4, 1, 0, 1, 2], [1, 1, 1], [1], [1, 0]),
  seed: fc.nat(),
})

const mixesIn = ({ weights, unit, order, seed }: { readonly weights: readonly number[]; readonly unit: number; readonly order: readonly number[]; readonly seed: number }) => {
  const all = weights.reduce((sum, weight) => sum + weight, 0)
  const shares = weights.map(weight => weight / all)
  const doses = order.map(share => share * unit)
  return { shares, doses, mixes: mixesOf(shares, doses, seed) }
}

test('the shares of each cycle add up to 1, and over the stretch each route has its own', () => {
  fc.assert(
    fc.property(given, one => {
      const { shares, doses, mixes } = mixesIn(one)
      expect(mixes).toHaveLength(doses.length)
      for (const mix of mixes) expect(mix.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9)
      const all = doses.reduce((sum, dose) => sum + dose, 0)
      for (const [route, share] of shares.entries()) expect(mixes.reduce((sum, mix, c) => sum + (mix[route]! * doses[c]!) / all, 0)).toBeCloseTo(share, 3)
    }),
  )
})

test('no route has less than a quarter of its share in any cycle, and a rare one has its share in each', () => {
  fc.assert(
    fc.property(given, one => {
      const { shares, doses, mixes } = mixesIn(one)
      const least = Math.min(...doses.filter(dose => dose > 0))
      for (const mix of mixes)
        for (const [route, share] of shares.entries()) {
          expect(mix[route]! / share).toBeGreaterThan(1 / 4 - 1e-9)
          expect(share * least >= 4 || mix[route] === share).toBe(true)
        }
    }),
  )
})

test('two routes that both vary never spread alike: in some cycle one has half as much again of its share as the other', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 20, max: 60 }), { minLength: 2, maxLength: 6 }), fc.nat(), (weights, seed) => {
      const { shares, mixes } = mixesIn({ weights, unit: 1_000, order: [0, 1, 2, 4, 1], seed })
      const varying = shares.map((share, route) => mixes.map(mix => mix[route]! / share)).filter(factors => factors.some(factor => Math.abs(factor - 1) > 0.01))
      expect(varying.length).toBe(weights.length - (weights.length % 2))
      for (const [i, one] of varying.entries()) for (const other of varying.slice(i + 1)) expect(Math.max(...one.map((factor, c) => Math.max(factor / other[c]!, other[c]! / factor)))).toBeGreaterThan(1.5)
    }),
  )
})

test('the same seed gives the same mixes, and seeds give many', () => {
  const mixed = (seed: number) => JSON.stringify(mixesIn({ weights: [5, 4, 3, 2], unit: 100, order: [1, 2, 4, 1], seed }).mixes)
  expect(mixed(3)).toBe(mixed(3))
  expect(new Set(Array.from({ length: 20 }, (_, seed) => mixed(seed))).size).toBe(7)
})
