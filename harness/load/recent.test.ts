import { expect, test } from 'vitest'
import type { Flight } from './flight.ts'
import { openRecent, wasInFlight } from './recent.ts'

const flight = (request: string, startedAtMs: number, endMs: number | null): Flight => ({ request, route: 'page', path: '/page', startedAtMs, lateMs: 0, end: endMs === null ? null : { atMs: endMs, outcome: 'counted', status: 200, errorCode: 0 } })

test('the last to end are kept, and no more than there is room for', () => {
  const recent = openRecent(3)
  for (const request of ['a', 'b', 'c', 'd', 'e']) recent.add(flight(request, 1, 2))
  expect(recent.all().map(({ request }) => request).toSorted()).toEqual(['c', 'd', 'e'])
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
