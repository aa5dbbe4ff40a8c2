import { expect, test } from 'vitest'
import { rankCorrelation } from './rank-correlation.ts'

test.each([
  ['rising', [1, 2, 3, 4], [10, 20, 30, 400], 1],
  ['falling', [1, 2, 3, 4], [9, 7, 5, 3], -1],
  ['one tie', [1, 2, 3, 4], [1, 2, 2, 3], 0.9487],
])('%s', (_, xs, ys, expected) => {
  expect(rankCorrelation(xs, ys)).toBeCloseTo(expected, 4)
})

test('what never varies has no correlation', () => {
  expect(rankCorrelation([1, 2, 3], [0, 0, 0])).toBeNull()
})
