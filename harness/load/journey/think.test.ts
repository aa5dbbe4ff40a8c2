import fc from 'fast-check'
import { expect, test } from 'vitest'
import { randomOf } from './random.ts'
import { thinkMs } from './think.ts'

const drawn = (sigma: number, mostMs = Infinity) => Array.from({ length: 20_000 }, (_, n) => thinkMs({ medianMs: 8_000, sigma, mostMs }, randomOf(3, n))).toSorted((a, b) => a - b)

test('waits have the median and the spread that they are given', () => {
  const waits = drawn(1)
  expect(waits[10_000]! / 8_000).toBeCloseTo(1, 1)
  // One standard deviation around the median of a normal distribution: 68.3 % of it.
  const within = waits.filter(ms => ms > 8_000 / Math.E && ms < 8_000 * Math.E).length
  expect(within / 20_000).toBeCloseTo(0.683, 2)
})

test('no wait is longer than the longest, and without spread all are the same', () => {
  expect(drawn(1, 20_000).at(-1)).toBe(20_000)
  expect(new Set(drawn(0))).toEqual(new Set([8_000]))
})

test('a wait is a number of at least 0, and the same for the same seed and number', () => {
  fc.assert(
    fc.property(fc.integer(), fc.nat(), fc.integer({ min: 1, max: 1_000_000 }), fc.double({ min: 0, max: 3, noNaN: true }), (seed, n, medianMs, sigma) => {
      const wait = () => thinkMs({ medianMs, sigma, mostMs: 10_000_000 }, randomOf(seed, n))
      expect(wait()).toBeGreaterThanOrEqual(0)
      expect(wait()).toBe(wait())
    }),
  )
})
