import { expect, test } from 'vitest'
import { factsOf } from '../testing/timeline-of.ts'
import type { Entry, Happening } from '../timeline/entry.ts'
import { addLatency, encodeLatencies, openLatencies } from '../timeline/latencies.ts'
import { followThresholds } from './follow.ts'
import { declaredOf, type Thresholds } from './thresholds.ts'

/** A run that goes on: each second of its one cycle with these latencies. */
function running(thresholds: Thresholds) {
  const said: string[] = []
  let take: (entry: Entry) => void = () => {}
  let n = 0
  const followed = followThresholds({ ...factsOf(), thresholds: declaredOf(thresholds) }, (read) => (take = read), (line) => said.push(line))
  const happens = (happening: Happening) => take({ n, atMs: n++ * 1_000, ...happening })
  happens({ kind: 'phase', phase: 'cycle', edge: 'start', cycle: 3 })
  let second = 0
  const load = (...ms: number[]) => {
    const sketch = openLatencies()
    for (const one of ms) addLatency(sketch, one)
    happens({ kind: 'load', cycle: 3, route: 'home', started: 0, counted: ms.length, unexpected: 0, timedOut: 0, broken: 0, p50Ms: 0, p99Ms: 0, maxMs: 0, second: second++, latencies: encodeLatencies(sketch) })
  }
  return { ...followed, said, load, happens }
}

test('a crossing is said when it happens, and once', () => {
  const { load, said } = running({ http_req_duration: ['max<200', 'max<5000'], http_reqs: ['count>100'] })
  load(10)
  load(10)
  expect(said).toEqual([])
  load(300)
  load(10)
  expect(said).toEqual([expect.stringMatching(/^threshold crossed so far: http_req_duration: max<200: max was (300|299\.\d|300\.\d) ms over 3 requests$/)])
  load(10)
  load(10)
  expect(said).toHaveLength(1)
})

test('a counter and a window are crossed for good', () => {
  const { load, happens, said } = running({ 'pg.backends': ['value<80'], http_req_duration: ['max<200 over 2s'] })
  happens({ kind: 'beat', counters: { 'pg.backends': 92 } })
  for (const ms of [300, 10, 10, 10]) load(ms)
  expect(said).toEqual(['threshold crossed: pg.backends: value<80: 92 at worst, in 1 reading', expect.stringMatching(/^threshold crossed: http_req_duration: max<200 over 2s: max was /)])
})

test('one that is to end the load ends it, and says so', () => {
  const { load, said, endedLoad } = running({ http_req_duration: [{ threshold: 'max<200', abortOnFail: true }] })
  load(10)
  load(300)
  expect(endedLoad.aborted).toBe(false)
  load(10)
  expect(endedLoad).toMatchObject({ aborted: true, reason: expect.objectContaining({ message: 'the threshold http_req_duration: max<200 was crossed' }) })
  expect(said).toEqual([expect.stringMatching(/^threshold crossed, the load ends here: http_req_duration: max<200: max was .* ms over 2 requests, and ended the load$/)])
})

test('one that is to end the load ends it also where its crossing is not said before', () => {
  const { load, said, endedLoad } = running({ http_req_duration: [{ threshold: 'min>5', abortOnFail: true }] })
  for (const ms of [10, 1, 10]) load(ms)
  expect(endedLoad.aborted).toBe(true)
  expect(said).toEqual([expect.stringMatching(/^threshold crossed, the load ends here: http_req_duration: min>5: min was .* ms over 2 requests, and ended the load$/)])
})

test('it wants for data until each has some, and never without thresholds', () => {
  const { load, areDecided } = running({ http_req_duration: ['max<200'] })
  expect(areDecided()).toBe(false)
  load(10)
  load(10)
  expect([areDecided(), running({}).areDecided()]).toEqual([true, true])
})
