import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readLatencies, scriptOf, uncorrected, type Latencies } from './wrk.ts'

/** What wrk 4.1.0 does to its latencies before it tells them. */
const corrected = (own: Latencies, intervalUs: number): Latencies => {
  const counts = Array<number>(Math.max(0, ...own.keys()) + 1).fill(0)
  for (const [us, count] of own) counts[us] = count
  for (let us = 2 * intervalUs; us < counts.length; us++) for (let added = us - intervalUs; added > intervalUs && counts[us]! > 0; added -= intervalUs) counts[added] = counts[added]! + counts[us]!
  return new Map(counts.flatMap((count, us) => (count > 0 ? [[us, count] as const] : [])))
}

const withoutNone = (latencies: Latencies): Latencies => new Map([...latencies].filter(([, count]) => count > 0).toSorted(([a], [b]) => a - b))

test('what wrk adds to its latencies for coordinated omission is taken out again, to the request', () => {
  expect(corrected(new Map([[10, 100], [45, 2]]), 10)).toEqual(new Map([[10, 100], [15, 2], [25, 2], [35, 2], [45, 2]]))
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 2_000 }), fc.integer({ min: 1, max: 50 })), { selector: ([us]) => us, maxLength: 60 }), fc.integer({ min: 1, max: 500 }), (pairs, intervalUs) => {
      const own = new Map(pairs)
      expect(withoutNone(uncorrected(corrected(own, intervalUs), intervalUs))).toEqual(withoutNone(own))
    }),
  )
})

/** Of a load of 200 requests in a second, by two connections, at a server that took 20 ms for each fourth, on a machine that was too busy for it. */
const printed = readFileSync(new URL('fixtures/wrk.txt', import.meta.url), 'utf8')

test('what wrk 4.1.0 has printed is read as its requests took it, each once', () => {
  const { requests, latencies } = readLatencies(printed, 2)
  expect(requests).toBe(30)
  expect([...latencies.values()].reduce((sum, count) => sum + count, 0)).toBe(30)
  // As printed, with 16 that no request took.
  expect([...printed.matchAll(/^took \d+ us (\d+)$/gm)].reduce((sum, [, count]) => sum + Number(count), 0)).toBe(46)
})

test('latencies that are corrected in another way are refused', () => {
  expect(() => readLatencies(printed, 3)).toThrow(/^wrk has measured \d+ of 30 requests: it corrects latencies otherwise than 4\.1\.0 does$/)
})

test('a script has a route for each visit of the dose, in shares by their weights', () => {
  const script = scriptOf([{ name: 'page', path: '/page', weight: 2 }, { name: 'other', path: '/other?n={n}' }], { dose: 900, concurrency: 2 })
  const sequence = /sequence = "(\d+)"/.exec(script)?.[1] ?? ''
  expect(sequence).toMatch(/^[12]{900}$/)
  expect(Math.abs(sequence.replaceAll('1', '').length - 300)).toBeLessThanOrEqual(1)
  expect(script).toContain('local paths = { "/page", "/other?n={n}" }')
})
