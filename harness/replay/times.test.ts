import { expect, test } from 'vitest'
import { anyTime, commonLogTime, spreadSeconds } from './times.ts'

test("the common log's time is read with its zone", () => {
  expect(commonLogTime('01/Apr/2006:00:30:00 -0500')).toBe(Date.UTC(2006, 3, 1, 5, 30))
  expect(commonLogTime('29/Feb/2024:23:59:59 +0530')).toBe(Date.UTC(2024, 1, 29, 18, 29, 59))
  expect(commonLogTime('yesterday')).toBe(null)
})

test.each([
  [1646861401.5, 1646861401500],
  ['1646861401.5', 1646861401500],
  [1646861401500, 1646861401500],
  [1646861401500000, 1646861401500],
  [1646861401500000000, 1646861401500],
  ['2022-03-09T22:30:01.5+01:00', Date.UTC(2022, 2, 9, 21, 30, 1, 500)],
  ['09/Mar/2022:22:30:01 +0100', Date.UTC(2022, 2, 9, 21, 30, 1)],
  ['never', null],
  [-1, null],
  [NaN, null],
  [null, null],
  [{}, null],
])('%j is told by its size or its form', (value, ms) => {
  expect(anyTime(value)).toBe(ms)
})

test('requests of one second are spread over it evenly, however many there are', () => {
  for (const many of [2, 5, 50, 1_000]) {
    const spread = spreadSeconds()
    const times = Array.from({ length: many }, () => spread(7_000)).toSorted((a, b) => a - b)
    const gaps = times.map((time, i) => (times[i + 1] ?? 8_000) - time)
    expect([times[0], Math.max(...gaps) < (2.7 * 1_000) / many]).toEqual([7_000, true])
  }
  expect([spreadSeconds()(7_123), spreadSeconds()(7_000)]).toEqual([7_123, 7_000])
})

test('two requests that come with a second, in a log that knows more than seconds, come with it', () => {
  expect([6_250, 7_000, 7_000, 7_001].map(spreadSeconds())).toEqual([6_250, 7_000, 7_000, 7_001])
})
