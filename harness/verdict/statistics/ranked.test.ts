import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ranked } from './ranked.ts'

/** The values at these ranks as `ranked` finds them, and as sorting does. 0 and -0 are one rank. */
const bothWays = (given: readonly number[], shares: readonly number[]): { readonly found: readonly number[]; readonly sorted: readonly number[] } => {
  const inOrder = Float64Array.from(given).sort()
  const ranks = shares.map((share) => Math.floor(share * given.length)).toSorted((a, b) => a - b)
  return { found: [...ranked(Float64Array.from(given), ranks)].map((value) => value + 0), sorted: ranks.map((rank) => (inOrder[rank] ?? 0) + 0) }
}
/** Not doubles: half of those that fast-check makes are next to nothing, and too many of them would share the first rank. */
const shares = fc.array(fc.nat({ max: 999 }).map((share) => share / 1_000), { minLength: 1, maxLength: 5 })

test('each rank has the value that it has in order', () => {
  const numbers = fc.array(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true })), { minLength: 1, maxLength: 60 })
  fc.assert(fc.property(numbers, shares, (given, some) => {
      const { found, sorted } = bothWays(given, some)
      expect(found).toEqual(sorted)
    }))
})

test('also among thousands, in order or not, of which many are alike', () => {
  const orders: readonly ((n: number) => number)[] = [(n) => n, (n) => -n, (n) => (n * 7_919) % 5_003, (n) => n % 4, () => 1]
  fc.assert(
    fc.property(fc.constantFrom(...orders), fc.integer({ min: 601, max: 6_000 }), shares, (order, length, some) => {
      const { found, sorted } = bothWays(Array.from({ length }, (_, n) => order(n)), some)
      expect(found).toEqual(sorted)
    }),
    { numRuns: 30 },
  )
})

test('of nothing there is none', () => {
  expect(ranked(new Float64Array(0), [0])).toEqual([Number.NaN])
})
