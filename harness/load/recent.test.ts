import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Flight } from './flight.ts'
import { openRecent, wasInFlight } from './recent.ts'

const flight = (request: string, startedAtMs: number, endMs: number | null): Flight => ({ request, route: 'page', path: '/page', startedAtMs, lateMs: 0, end: endMs === null ? null : { atMs: endMs, outcome: 'counted', status: 200, errorCode: 0 } })

test('the last to end are kept, and no more than there is room for', () => {
  const recent = openRecent(3)
  for (const request of ['a', 'b', 'c', 'd', 'e']) recent.add(flight(request, 1, 2))
  expect(recent.inFlightBetween(0, 9).map(({ request }) => request).toSorted()).toEqual(['c', 'd', 'e'])
})

test('those in flight are the same that a scan of the last to end finds, in whatever order they ended', () => {
  const moments = fc.tuple(fc.nat(99), fc.nat(99)).map(([one, other]) => [Math.min(one, other), Math.max(one, other)] as const)
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.array(moments, { maxLength: 90 }), fc.array(moments, { minLength: 1, maxLength: 9 }), (most, flights, windows) => {
      const recent = openRecent(most)
      const ended = flights.map(([startMs, endMs], nth) => flight(`${nth}`, startMs, endMs))
      for (const one of ended) recent.add(one)
      for (const [fromMs, toMs] of windows) {
        const scanned = ended.slice(-most).filter(one => wasInFlight(one, fromMs, toMs))
        expect(new Set(recent.inFlightBetween(fromMs, toMs))).toEqual(new Set(scanned))
        expect(recent.inFlightBetween(fromMs, toMs)).toHaveLength(scanned.length)
      }
    }),
  )
})

test.each([
  ['that ended before', flight('a', 10, 19), false],
  ['that ended as it began', flight('a', 10, 20), true],
  ['that went on all the time', flight('a', 10, 50), true],
  ['that began as it ended', flight('a', 30, 50), true],
  ['that began after', flight('a', 31, 50), false],
  ['that has not ended', flight('a', 10, null), true],
])('a request %s: in flight between 20 and 30 or not', (_, one, was) => {
  expect(wasInFlight(one, 20, 30)).toBe(was)
})
