import { expect, test } from 'vitest'
import { secondOpinion } from './second-opinion.ts'

const opinion = (perSecond: number, p50Ms: number, p99Ms: number) => ({ perSecond, p50Ms, p99Ms })

/** Each engine's two loads differ as much as its pairs do: the mean of the two counts. */
const pair = (k: number, connections = 20) => ({ connections, requests: 40_000 * k, k6: [opinion(4_000 * k, 2, 8), opinion(6_000 * k, 4, 10)], wrk: [opinion(19_000 * k, 1, 5), opinion(21_000 * k, 1, 7)] })

test('two engines are told side by side, with how they differ in rate and in latency over all pairs, and then pair by pair', () => {
  expect(secondOpinion.figures([pair(1), pair(2), { ...pair(1), wrk: [opinion(10_000, 1, 6)] }])).toMatchInlineSnapshot(`
    [
      "one connection, k6 against wrk: requests a second nothing measured, p50 nothing measured, p99 nothing measured",
      "20 connections, k6 against wrk: requests a second median 0.25 of wrk's (0.25 to 0.50, n = 3), p50 median 3.00 of wrk's (3.00 to 3.00, n = 3), p99 median 1.50 of wrk's (1.50 to 1.50, n = 3)",
      "20 connections, 1 of 3, 40,000 requests: k6 5000 a second, p50 3.00 ms, p99 9.00 ms; wrk 20000 a second, p50 1.00 ms, p99 6.00 ms",
      "20 connections, 2 of 3, 80,000 requests: k6 10000 a second, p50 3.00 ms, p99 9.00 ms; wrk 40000 a second, p50 1.00 ms, p99 6.00 ms",
      "20 connections, 3 of 3, 40,000 requests: k6 5000 a second, p50 3.00 ms, p99 9.00 ms; wrk 10000 a second, p50 1.00 ms, p99 6.00 ms",
    ]
  `)
})

test('what was measured of one route alone, under the same name, is no result', () => {
  const { fits = () => true } = secondOpinion
  expect(fits(pair(1))).toBe(true)
  expect(fits({ connections: 1, k6: opinion(1, 1, 1), wrk: opinion(1, 1, 1) } as object)).toBe(false)
})
