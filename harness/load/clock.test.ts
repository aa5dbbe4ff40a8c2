import { expect, test } from 'vitest'
import type { LoadSecond } from '../timeline/entry.ts'
import { datedSoundly } from './clock.ts'
import { openLedger } from './ledger.ts'
import type { Sample } from './samples.ts'

const hourMs = 3_600_000
const beganMs = 1_800_000_000_000

/** Ten requests in two seconds, one each 200 ms, each of 50 ms and read 20 ms after its time. From `at` ms on, the generator's clock is `byMs` away. */
const load = (byMs: number, at: number, until = Infinity) => {
  let nowMs = beganMs
  const seconds: LoadSecond[] = []
  const ledger = openLedger({ nowMs: () => nowMs, plan: { dose: 10, concurrency: 1, seed: 1, cycle: 0, firstRequest: 0, baseUrl: 'http://app', requestTimeoutMs: 1_000, thinkScale: 1 }, emit: happening => happening.kind === 'load' && seconds.push(happening) })
  const { take, misdated } = datedSoundly(ledger.take, () => nowMs)
  const read = (ms: number, sample: Sample) => {
    nowMs = beganMs + ms + 20
    take({ ...sample, atMs: sample.atMs + (ms >= at && ms < until ? byMs : 0) })
    ledger.tick(nowMs)
  }
  for (let n = 0; n < 10; n++) {
    const common = { request: `0-${n}`, route: 'page' }
    read(n * 200, { kind: 'started', atMs: beganMs + n * 200, path: '/', lateMs: 0, ...common })
    read(n * 200 + 50, { kind: 'ended', atMs: beganMs + n * 200 + 50, outcome: 'counted', durationMs: 50, status: 200, errorCode: 0, ...common })
  }
  return { dose: ledger.close(), seconds, misdated: misdated(), lagMs: ledger.lagMs() }
}

test.each([
  ['ahead', hourMs, 900, Infinity, 10],
  ['back', -hourMs, 900, Infinity, 10],
  ['ahead for the time of one request', hourMs, 1_000, 1_200, 2],
  ['ahead before the first request', hourMs, 0, Infinity, 20],
  ['not at all', 0, 0, Infinity, 0],
])('a clock that is set an hour %s costs no request and makes no empty seconds', (_, byMs, at, until, misdated) => {
  const told = load(byMs, at, until)
  expect(told.dose).toMatchObject({ planned: 10, counted: 10, dropped: 0, broken: 0, peakInFlight: 1 })
  expect(told.misdated).toBe(misdated)
  expect(told.dose.loadMs).toBeGreaterThan(1_800)
  expect(told.dose.loadMs).toBeLessThan(1_900)
  expect(Math.max(...told.seconds.map(({ second }) => second ?? 0))).toBe(1)
  expect(told.seconds.reduce((sum, { counted }) => sum + counted, 0)).toBe(10)
  expect(told.lagMs).toBeLessThan(30)
})

test('a smaller step, set back within the load, makes no end come before its start', () => {
  const { dose, seconds } = load(-800, 1_050)
  expect(dose).toMatchObject({ counted: 10, loadMs: expect.any(Number) })
  expect(seconds.reduce((sum, { counted }) => sum + counted, 0)).toBe(10)
})
