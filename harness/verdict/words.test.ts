import { expect, test } from 'vitest'
import { count, cycles, duration, list } from './words.ts'

test.each([
  [340, '0.3 s'],
  [12_400, '12 s'],
  [59_600, '1 min 0 s'],
  [252_000, '4 min 12 s'],
  [7_500_000, '2 h 5 min'],
])('%i ms are %s', (ms, said) => {
  expect(duration(ms)).toBe(said)
})

test.each([
  [[], ''],
  [['a'], 'a'],
  [['a', 'b'], 'a and b'],
  [['a', 'b', 'c'], 'a, b and c'],
  [['a', 'b', 'c', 'd', 'e', 'f', 'g'], 'a, b, c, d, e and 2 more'],
])('%j is listed as "%s"', (words, said) => {
  expect(list(words)).toBe(said)
})

test('one is singular, thousands have commas', () => {
  expect([count(1, 'process', 'processes'), count(0, 'session'), count(1_240, 'request'), cycles([4]), cycles([2, 4, 6])]).toEqual(['1 process', '0 sessions', '1,240 requests', 'cycle 4', 'cycles 2, 4 and 6'])
})
