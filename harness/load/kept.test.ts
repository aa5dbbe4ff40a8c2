import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Flight, FlightEnd } from './flight.ts'
import { mostKeptOf, openKept } from './kept.ts'

type Offered = Partial<Omit<Flight, 'end'> & FlightEnd & { readonly tookMs: number }>

const request = ({ request = '0-1', route = 'page', startedAtMs = 0, tookMs = 1, outcome = 'counted', status = 200, errorCode = 0 }: Offered = {}): Flight => ({ request, route, path: '/page', startedAtMs, lateMs: 0, end: { atMs: startedAtMs + tookMs, outcome, status, errorCode } })
const keptOf = (offered: readonly Flight[], { cycle = 0, seed = 1 } = {}) => {
  const kept = openKept({ cycle, seed })
  for (const one of offered) kept.offer(one)
  return kept.close()
}

test('of the answered the five slowest of each route are kept', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ route: fc.constantFrom('a', 'b'), tookMs: fc.nat(1_000) }), { maxLength: 60 }), all => {
      const kept = keptOf(all.map(one => request(one)))
      for (const route of ['a', 'b']) {
        const slowest = all.filter(one => one.route === route).map(({ tookMs }) => tookMs).toSorted((a, b) => b - a).slice(0, 5)
        expect(kept.filter(one => one.route === route).map(({ tookMs }) => tookMs).toSorted((a, b) => b - a)).toEqual(slowest)
      }
    }),
  )
})

test('of each kind of failure ten are kept, and a rare kind is not lost among many of another', () => {
  const kept = keptOf([...Array.from({ length: 5_000 }, () => request({ outcome: 'unexpected', status: 500 })), request({ request: 'rare', outcome: 'broken', status: 0, errorCode: 1220 })])
  expect(kept.filter(({ status }) => status === 500)).toHaveLength(10)
  expect(kept.filter(({ why }) => why === 'failed').map(one => one.request)).toContain('rare')
})

test('a failure late in a cycle is as likely kept as an early one', () => {
  let late = 0
  for (let seed = 0; seed < 400; seed++) {
    const kept = keptOf(Array.from({ length: 100 }, (_, i) => request({ startedAtMs: i, outcome: 'unexpected', status: 500 })), { seed })
    late += kept.filter(({ startedAtMs }) => startedAtMs >= 50).length
  }
  expect(late / 4_000).toBeCloseTo(0.5, 1)
})

test('a cycle late in a night keeps few, failures first, and in the order of time', () => {
  const many = Array.from({ length: 60 }, (_, i) => [request({ route: `r${i}`, startedAtMs: 100 - i }), request({ route: `r${i}`, startedAtMs: i, outcome: 'broken', status: 0 })]).flat()
  const kept = keptOf(many, { cycle: 1_600 })
  expect(kept).toHaveLength(mostKeptOf(1_600))
  expect(kept.every(({ why }) => why === 'failed')).toBe(true)
  expect(kept.map(({ startedAtMs }) => startedAtMs)).toEqual(kept.map(({ startedAtMs }) => startedAtMs).toSorted((a, b) => a - b))
})
