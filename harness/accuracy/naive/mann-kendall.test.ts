import { describe, expect, test } from 'vitest'
import { risesByMannKendall } from './mann-kendall.ts'

// Gilbert, Statistical Methods for Environmental Pollution Monitoring (1987), section 16.4: the statistic and its one-sided test.
describe('the trend test', () => {
  test.each([
    ['a steady rise', Array.from({ length: 30 }, (_, i) => i), true],
    ['a steady fall', Array.from({ length: 30 }, (_, i) => -i), false],
    ['a plateau', Array.from({ length: 30 }, () => 4), false],
    ['noise around a level', Array.from({ length: 40 }, (_, i) => [3, 1, 4, 1, 5, 9, 2, 6][(i * 5) % 8] ?? 0), false],
    ['a healthy pool that fills, which it takes for a leak', Array.from({ length: 40 }, (_, i) => Math.min(10, i)), true],
    ['too few values', [1, 2, 3, 4], false],
  ])('%s', (_, values, rises) => expect(risesByMannKendall(values)).toBe(rises))
})
