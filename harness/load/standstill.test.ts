import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { cpuMsOf, watchStandstill, type Progress } from './standstill.ts'

const nothing: Progress = { started: 8, finished: 8, inFlight: 0 }

/** What is told each second of half a minute, by a load whose progress and CPU time are those of the second. */
const told = (progress: (second: number) => Partial<Progress>, cpuMsBy: (second: number) => number | readonly number[], beginsWithinMs?: number) => {
  let second = 0
  const standing = watchStandstill(20_000, () => [cpuMsBy(second)].flat(), beginsWithinMs)
  return Array.from({ length: 31 }, (_, i) => {
    second = i
    const stands = standing(i * 1_000, { ...nothing, ...progress(i) })
    return stands === null ? [] : [{ second: i, ...stands }]
  }).flat()
}
const busy = (second: number) => second * 1_000

test('a load whose generator works and sends nothing for 20 s stands still', () => {
  expect(told(() => ({}), busy)[0]).toEqual({ second: 20, ms: 20_000, cpuMs: 20_000 })
})

test('so does one of which a single generator of several is at work', () => {
  expect(told(() => ({}), second => [0, second * 300])[0]).toEqual({ second: 20, ms: 20_000, cpuMs: 6_000 })
})

test.each<[string, (second: number) => Partial<Progress>, (second: number) => number | readonly number[]]>([
  ['users who think, or wait for their moment', () => ({}), second => second * 20],
  ['users who wait, of eight generators', () => ({}), second => Array<number>(8).fill(second * 20)],
  ['requests that are in flight', () => ({ inFlight: 1 }), busy],
  ['a request now and then', second => ({ started: 8 + Math.floor(second / 15), finished: 8 + Math.floor(second / 15) }), busy],
])('%s are no standstill', (_, progress, cpuMsBy) => {
  expect(told(progress, cpuMsBy)).toEqual([])
})

test('one whose users are made while it is watched has longer for its first request, and no longer for the next', () => {
  const none = { started: 0, finished: 0 }
  expect(told(() => none, busy)[0]).toMatchObject({ second: 20 })
  expect(told(() => none, busy, 25_000)[0]).toMatchObject({ second: 25 })
  expect(told(second => (second < 5 ? none : {}), busy, 60_000)[0]).toMatchObject({ second: 25, ms: 20_000 })
})

test('what a generator worked before it went quiet is not held against it', () => {
  expect(told(second => ({ started: Math.min(second, 5), finished: Math.min(second, 5) }), second => Math.min(second, 5) * 10_000)).toEqual([])
})

test('reads the CPU time of a process, whatever it is called', () => {
  const before = cpuMsOf(process.pid)
  const usedMs = () => process.cpuUsage().user / 1_000
  for (const until = usedMs() + 100; usedMs() < until; );
  expect(cpuMsOf(process.pid) - before).toBeGreaterThan(50)
  expect(cpuMsOf(Number(execFileSync('sh', ['-c', 'echo $$'], { encoding: 'utf8' })))).toBe(0)
})
