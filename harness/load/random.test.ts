import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { drawIndex, randomOf } from './random.ts'

describe('random numbers of a request', () => {
  test('are the same for the same seed and number, in whatever order requests are asked for', () => {
    fc.assert(
      fc.property(fc.integer(), fc.uniqueArray(fc.nat(1_000_000), { minLength: 1, maxLength: 50 }), (seed, numbers) => {
        const draw = (n: number) => [n, randomOf(seed, n).fraction(), randomOf(seed, n).between(30, 400)]
        expect(numbers.toReversed().map(draw).toReversed()).toEqual(numbers.map(draw))
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

  test('visits are drawn by their weights', () => {
    const drawn = [0, 0, 0, 0]
    for (let n = 0; n < 10_000; n++) drawn[drawIndex([6, 3, 0, 1], randomOf(42, n))]!++
    // Four standard deviations of a binomial with n = 10,000 are at most 200.
    expect(Math.abs(drawn[0]! - 6_000)).toBeLessThan(200)
    expect(Math.abs(drawn[1]! - 3_000)).toBeLessThan(200)
    expect(drawn[2]).toBe(0)
    expect(Math.abs(drawn[3]! - 1_000)).toBeLessThan(200)
  })
})
