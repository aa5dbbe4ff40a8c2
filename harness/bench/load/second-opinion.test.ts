import { expect, test } from 'vitest'
import { secondOpinion } from './second-opinion.ts'

const opinion = (perSecond: number, p50Ms: number, p99Ms: number) => ({ perSecond, p50Ms, p99Ms })

test('two engines are told side by side, with how they differ in rate and in latency', () => {
  const results = [1, 2, 3].map((k) => ({ connections: 20, k6: opinion(5_000 * k, 3, 9), wrk: opinion(20_000 * k, 1, 6) }))
  const [, crowded] = secondOpinion.figures(results)
  expect(crowded).toMatch(/^20 connections: k6 10000 a second, p50 3\.00 ms, p99 9\.00 ms; wrk 40000 a second, p50 1\.00 ms, p99 6\.00 ms; k6 against wrk: requests a second median 0\.25 of wrk's .*, p50 median 3\.00 of wrk's .*, p99 median 1\.50 of wrk's /)
})
