import { expect, test } from 'vitest'
import { timelineOf } from '../testing/timeline-of.ts'
import { boundsOf, doseOf, roundedUp } from './bounds.ts'

test.each([
  [19.971, '20'],
  [20, '20'],
  [20.000000000000004, '20'],
  [4.993, '5.0'],
  [0.0599146, '0.060'],
  [0.0600001, '0.061'],
  [123.4, '130'],
  [2_995, '1,000'],
])('a bound of %d per 1,000 is printed as %s, never below itself', (value, printed) => {
  expect(roundedUp(value, 1_000)).toBe(printed)
})

test('nothing left in 150 requests and 60 URLs is worth two bounds', () => {
  const timeline = timelineOf({ doses: [30] })
  expect(boundsOf(timeline, { planned: 150, counted: 150, distinctUrls: 60, leftBehind: 0 }, [], null)).toEqual([
    '0 left behind in 150 requests: fewer than 20 per 1,000 at 95 %',
    '60 distinct URLs: fewer than 5.0 % at 95 %',
  ])
})

test('what is left is a rate with its interval, per request sent: one that hangs was sent and never counted', () => {
  const timeline = timelineOf({ doses: [1_120], delivered: (cycle, planned) => (cycle === 3 ? { counted: planned - 7, timedOut: 7 } : {}) })
  expect(boundsOf(timeline, doseOf(timeline, 7), [], null)).toEqual(['7 left behind in 1,240 requests: 5.6 per 1,000 (95 %: 2.3 to 12)'])
})

test('a rate never exceeds one of each', () => {
  const timeline = timelineOf({ doses: [], delivered: () => ({ planned: 0, counted: 0 }) })
  const sent = { ...timeline, doses: timeline.doses.slice(0, 1).map((dose) => ({ ...dose, planned: 14 })) }
  expect(boundsOf(sent, doseOf(sent, 14), [], null)).toEqual(['14 left behind in 14 requests: 1,000 per 1,000 (95 %: 547 to 1,000)'])
})

test('no request gives no bound', () => {
  const timeline = timelineOf({ doses: [], delivered: () => ({ counted: 0, newUrls: 0 }) })
  expect(boundsOf(timeline, doseOf(timeline, 0), [], null)).toEqual(['0 requests counted: no bound'])
})
