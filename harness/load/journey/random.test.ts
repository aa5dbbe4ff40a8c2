import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { indexAt, randomOf, randomsOf, turnOf } from './random.ts'

describe('random numbers of a request', () => {
  test('are the same for the same seed and number, in whatever order requests are asked for', () => {
    fc.assert(
      fc.property(fc.integer(), fc.uniqueArray(fc.nat(1_000_000), { minLength: 1, maxLength: 50 }), (seed, numbers) => {
        const draw = (n: number) => [n, randomOf(seed, n).fraction(), randomOf(seed, n).between(30, 400)]
        expect(numbers.toReversed().map(draw).toReversed()).toEqual(numbers.map(draw))
      }),
    )
  })

  test('are the same where one user draws for request after request', () => {
    fc.assert(
      fc.property(fc.integer(), fc.array(fc.tuple(fc.nat(1_000_000), fc.nat(5)), { minLength: 1, maxLength: 50 }), (seed, requests) => {
        const randomFor = randomsOf(seed)
        const drawn = (random: { readonly fraction: () => number }, many: number) => Array.from({ length: many }, random.fraction)
        for (const [n, many] of requests) expect(drawn(randomFor(n), many)).toEqual(drawn(randomOf(seed, n), many))
      }),
    )
  })

  test('stay within their bounds, both included', () => {
    const seen = new Set(Array.from({ length: 2_000 }, (_, n) => randomOf(7, n).between(3, 6)))
    expect(seen).toEqual(new Set([3, 4, 5, 6]))
  })

  test('differ between neighbouring requests and neighbouring seeds', () => {
    const urls = new Set(Array.from({ length: 1_000 }, (_, n) => randomOf(1, n).between(0, 999_999)))
    expect(urls.size).toBeGreaterThan(990)
    expect(randomOf(1, 1).fraction()).not.toBe(randomOf(2, 0).fraction())
  })
})

describe('the mix of a journey', () => {
  const indexOf = (weights: readonly number[], seed: number) => (n: number) => indexAt(weights, turnOf(seed, n))

  test('keeps its shares', () => {
    const drawn = [0, 0, 0, 0]
    for (let n = 0; n < 10_000; n++) drawn[indexOf([6, 3, 0, 1], 42)(n)]!++
    // The discrepancy of the golden ratio's multiples grows with the logarithm of their number.
    expect(Math.abs(drawn[0]! - 6_000)).toBeLessThan(6)
    expect(Math.abs(drawn[1]! - 3_000)).toBeLessThan(6)
    expect(drawn[2]).toBe(0)
    expect(Math.abs(drawn[3]! - 1_000)).toBeLessThan(6)
  })

  test('keeps them in every stretch: three of ten come in any six requests, one of ten in any thirteen', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(1_000_000), (seed, first) => {
        const within = (requests: number) => new Set(Array.from({ length: requests }, (_, i) => indexOf([6, 3, 1], seed)(first + i)))
        expect(within(6)).toContain(1)
        expect(within(13)).toContain(2)
      }),
    )
  })
})
