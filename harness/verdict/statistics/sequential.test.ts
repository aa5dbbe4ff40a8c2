import { expect, test } from 'vitest'
import { sequentialTest } from './sequential.ts'

test.each([
  ['nothing left in 30,000 requests', 0, 30_000, 'go on'],
  ['nothing left in 30,250', 0, 30_250, 'accept'],
  ['one left in 30,250', 1, 30_250, 'go on'],
  ['one left in 76,800', 1, 76_800, 'accept'],
  ['one left in the first hundred', 1, 100, 'go on'],
  ['two left in the first hundred', 2, 100, 'reject'],
  ['two left in 24,000', 2, 24_000, 'go on'],
  ['nothing at all', 0, 0, 'go on'],
] as const)('%s: %i of %i is %s', (_, survivors, requests, expected) => {
  expect(sequentialTest(survivors, requests).kind).toBe(expected)
})

test('a clean accept has bought the rate that it was designed against, and says how far it was', () => {
  expect(sequentialTest(0, 30_250).bound).toBeLessThan(1e-4)
  expect(sequentialTest(0, 10_000)).toMatchObject({ toAccept: 20_250, bound: expect.closeTo(2.9957e-4, 7) })
  expect(sequentialTest(0, 0).bound).toBe(Number.POSITIVE_INFINITY)
})

test('the limits are Wald’s', () => {
  const { limits } = sequentialTest(0, 1)
  expect([limits.reject, limits.accept]).toEqual([expect.closeTo(6.856462, 6), expect.closeTo(-2.994732, 6)])
})
