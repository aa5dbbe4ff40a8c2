import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openProgress, remaining } from './progress.ts'

const plan = [
  { phase: 'boot', expectedMs: 3_000 },
  { phase: 'cycle', expectedMs: 10_000 },
  { phase: 'settle', expectedMs: 4_000 },
  { phase: 'cycle', expectedMs: 10_000 },
  { phase: 'judge', expectedMs: 1_000 },
]

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('without a terminal it speaks one line a phase, one every ten seconds, and each suspect at once', async () => {
  const { stream, text } = sink()
  const progress = openProgress({ stream, isTTY: false, budgetMs: 60_000, plan, now: () => Date.now() })
  progress.phase('boot')
  progress.say('stack: processes, since no container engine answers')
  await vi.advanceTimersByTimeAsync(2_000)
  progress.phase('cycle', '1 of 2, 40 requests')
  progress.counters({ requests: 12, inFlight: 8, backends: 9 })
  progress.counters({ requests: 31, idleInTransaction: 2, processes: 8, zombies: 0 })
  progress.suspect('node drproject.cgi pid 3216 waits in futex, its backend idle in transaction')
  await vi.advanceTimersByTimeAsync(12_000)
  await progress[Symbol.asyncDispose]()
  expect(text()).toMatchInlineSnapshot(`
    "[ 0:00] boot       (ETA 0:28)
    [ 0:00] stack: processes, since no container engine answers
    [ 0:02] cycle      1 of 2, 40 requests  (ETA 0:25)
    [ 0:02] suspect    node drproject.cgi pid 3216 waits in futex, its backend idle in transaction
    [ 0:12]   requests 31, in flight 8, backends 9, idle in transaction 2, processes 8, zombies 0, ETA 0:15
    "
  `)
})

test('on a terminal the block is gone after the end, and what was said stays', async () => {
  const { stream, text } = sink()
  const progress = openProgress({ stream, isTTY: true, budgetMs: 60_000, plan, now: () => Date.now() })
  progress.phase('boot')
  progress.say('stack: processes')
  progress.phase('cycle')
  await vi.advanceTimersByTimeAsync(1_000)
  await progress[Symbol.asyncDispose]()
  const afterEnd = text()
  await vi.advanceTimersByTimeAsync(5_000)
  expect(text()).toBe(afterEnd)
  expect(afterEnd).toContain('stack: processes')
  expect(afterEnd.trimEnd().endsWith('\u001b[G')).toBe(true)
})

test('a phase that is late is told as such, and on 80 columns no word of it is cut', async () => {
  const plain = sink()
  const terminal = sink()
  Object.assign(terminal.stream, { columns: 80 })
  for (const { stream, isTTY } of [{ ...plain, isTTY: false }, { ...terminal, isTTY: true }]) {
    const progress = openProgress({ stream, isTTY, budgetMs: 60_000, plan, now: () => Date.now() })
    progress.phase('cycle', '1 of 2, 40 requests at once')
    await vi.advanceTimersByTimeAsync(22_000)
    await progress[Symbol.asyncDispose]()
  }
  expect(plain.text()).toContain('ETA 0:15 or more: cycle takes longer than planned')
  expect(terminal.text()).toMatch(/cycle {2}1 of 2, 40 requests at once {2}22 s {3}elapsed 0:22, ETA 0:15 or more(?!\S)/)
  expect(terminal.text()).not.toContain('…')
})

test('escape sequences from an application never reach the terminal', async () => {
  const { stream, text } = sink()
  const progress = openProgress({ stream, isTTY: false, budgetMs: 60_000 })
  progress.say('log ends in \u001b]0;owned\u0007\u001b[2J\r\nsecond line')
  progress.suspect('\u001b[31mGET /\u202egpj.exe')
  await progress[Symbol.asyncDispose]()
  expect(text().split('\n')).toHaveLength(3)
  expect(text()).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u)
})

test.each([
  ['before the first phase, the whole plan', -1, null, 0, { ms: 28_000, late: false }],
  ['inside a phase, its rest and what follows', 1, 5_000, 9_000, { ms: 6_000 + 15_000, late: false }],
  ['a phase that outruns its plan is called late, not negative', 1, 5_000, 19_000, { ms: 15_000, late: true }],
])('the ETA is what the plan still holds: %s', (_, planAt, sinceMs, atMs, expected) => {
  const current = sinceMs === null ? null : { name: 'cycle', detail: null, sinceMs, planned: true }
  expect(remaining({ plan, planAt, current, startedAtMs: 0, budgetMs: 60_000 }, atMs)).toEqual(expected)
})

test('a run that goes on until its budget is spent ends when it is spent, however many rounds that makes', () => {
  expect(remaining({ plan: 'budget', planAt: -1, current: null, startedAtMs: 1_000, budgetMs: 60_000 }, 21_000)).toEqual({ ms: 40_000, late: false })
})

test('a phase that no plan foresaw does not move the ETA', async () => {
  const { stream, text } = sink()
  const progress = openProgress({ stream, isTTY: false, budgetMs: 60_000, plan, now: () => Date.now() })
  progress.phase('boot')
  progress.phase('somersault')
  await progress[Symbol.asyncDispose]()
  expect(text()).toContain('somersault  (ETA 0:25)')
})

function sink() {
  const chunks: string[] = []
  const stream = new PassThrough().on('data', (chunk: Buffer) => chunks.push(chunk.toString()))
  return { stream: stream as unknown as NodeJS.WriteStream, text: () => chunks.join('') }
}
