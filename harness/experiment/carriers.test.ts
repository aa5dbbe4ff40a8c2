import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import type { Flight } from '../load/flight.ts'
import { process, session } from '../simulator/beings.ts'
import type { Member } from '../timeline/member.ts'
import { mostOfABirth, watchCarriers } from './carriers.ts'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void

const look = { atMs: 5_000 }
const flight = (request: string, startedAtMs: number, endMs: number): Flight => ({ request, route: 'page', path: `/page?n=${request}`, startedAtMs, lateMs: 0, end: { atMs: endMs, outcome: 'counted', status: 200, errorCode: 0 } })

/** As a load knows them: all of these, whenever it is asked. */
const among = (...flights: readonly Flight[]) => (fromMs: number, toMs: number) => flights.filter(({ startedAtMs, end }) => startedAtMs <= toMs && (end?.atMs ?? Infinity) >= fromMs)

const inTransaction = (beganMs: number, seenAtMs: number) => session({ pid: 77, seenAtMs, transactionAgeMs: seenAtMs - beganMs })(look) as Member
const idle = (backendStartMs: number) => session({ pid: 78, backendStartMs, seenAtMs: 90_000 })(look) as Member
const script = (startedAtMs: number) => process({ pid: 9, startedAtMs })(look) as Member

const told = (found: ReturnType<ReturnType<typeof watchCarriers>['atRest']>) => found.map(({ flight: { request }, born }) => [request, ...born.map((name) => name.split(' ')[0])])

test.each<[string, Member]>([
  ['whose transaction is open', inTransaction(1_050, 3_000)],
  ['that was opened', idle(1_050)],
])('of a session %s and stayed the requests are told that were in flight as that began', (_, left) => {
  expect(told(watchCarriers().atRest([left], 0, among(flight('0-1', 1_000, 1_100), flight('0-2', 1_060, 1_200), flight('0-3', 900, 1_049.5), flight('0-4', 900, 1_040))))).toEqual([['0-1', 'session'], ['0-3', 'session']])
})

test('of a process the clock is that of the kernel, within some ticks', () => {
  expect(told(watchCarriers().atRest([script(1_050)], 0, among(flight('0-1', 1_060, 1_100), flight('0-2', 1_080, 1_200))))).toEqual([['0-1', 'process']])
})

test('a request that carried two of them is told once, with both', () => {
  expect(told(watchCarriers().atRest([script(1_050), inTransaction(1_070, 3_000)], 0, among(flight('0-1', 1_040, 1_100))))).toEqual([['0-1', 'process', 'session']])
})

test('what was seen under load is remembered, however many requests come after it', () => {
  const carriers = watchCarriers()
  carriers.see([inTransaction(1_050, 1_900)], among(flight('0-1', 1_000, 1_100)))
  expect(told(carriers.atRest([inTransaction(1_051, 60_000)], 0, among()))).toEqual([['0-1', 'session']])
})

test('a session of a pool that begins another transaction is asked for anew', () => {
  const carriers = watchCarriers()
  carriers.see([inTransaction(1_050, 1_900)], among(flight('0-1', 1_000, 1_100)))
  expect(told(carriers.atRest([inTransaction(2_050, 60_000)], 0, among(flight('0-2', 2_000, 2_100))))).toEqual([['0-2', 'session']])
})

test('what was there at the rest before is no news', () => {
  const carriers = watchCarriers()
  const requests = among(flight('0-1', 1_000, 1_100))
  expect(carriers.atRest([idle(1_050)], 0, requests)).toHaveLength(1)
  expect(carriers.atRest([idle(1_050)], 1, requests)).toHaveLength(0)
})

test('what has been told is kept no longer, though what it left stays', async () => {
  const carriers = watchCarriers()
  const kept = (() => {
    const [carrier] = carriers.atRest([idle(1_050)], 0, among(flight('0-1', 1_000, 1_100)))
    return new WeakRef(carrier!.flight)
  })()
  carriers.see([idle(1_050)], among())
  // A reference that was made or asked for holds until the next turn.
  await new Promise(setImmediate)
  gc()
  expect(kept.deref()).toBeUndefined()
  expect(carriers.atRest([idle(1_050)], 1, among())).toEqual([])
})

test('of many that were in flight at once the latest to begin are told, and of a cycle few', () => {
  const many = Array.from({ length: 200 }, (_, n) => flight(`0-${n}`, 1_000 + n / 100, 2_000))
  const found = watchCarriers().atRest([script(1_500)], 0, among(...many))
  expect(found).toHaveLength(mostOfABirth)
  expect(found.every(({ flight: { startedAtMs } }) => startedAtMs >= 1_001.9)).toBe(true)
  const births = Array.from({ length: 100 }, (_, n) => process({ pid: 1_000 + n, startedAtMs: 10_000 * (n + 1) })(look) as Member)
  const each = births.map((_, n) => flight(`0-${n}`, 10_000 * (n + 1) - 1, 10_000 * (n + 1) + 1))
  expect(watchCarriers().atRest(births, 0, among(...each))).toHaveLength(50)
  expect(watchCarriers().atRest(births, 1_600, among(...each))).toHaveLength(1)
})
