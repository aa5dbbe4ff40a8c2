import { afterEach, expect, test, vi } from 'vitest'
import { session } from '../testing/timeline-of.ts'
import type { Look } from '../timeline/entry.ts'
import type { Session } from '../timeline/member.ts'
import { learnStandingQueries } from './unexpected-queries.ts'

afterEach(() => void vi.useRealTimers())

const running = (pid: number, query: string): Session => session({ pid, query, state: 'active' })({ atMs: 9_000 }) as Session
const look = (...members: readonly Session[]): Look => ({ kind: 'look', reading: 'before-load', quiescent: false, counters: {}, members })
const [migration, poll] = [running(1, 'ALTER TABLE job ADD COLUMN x int'), running(2, 'SELECT poll(1)')]

/** What a run has learned at a look so long after its application was ready. */
function learnt(afterMs: number, declared?: number) {
  vi.useFakeTimers({ toFake: ['performance'] })
  const queries = learnStandingQueries(declared)
  queries.sawBeforeLoad(look(migration, poll))
  vi.advanceTimersByTime(afterMs)
  queries.sawBeforeLoad(look(poll))
  return queries
}

test('what still runs a while after the start goes on by design, and what ran at the start does not', () => {
  const { unexpected } = learnt(6_000)
  expect(unexpected([migration, poll, running(3, 'SELECT 3')])).toEqual([migration, running(3, 'SELECT 3')])
  expect(unexpected([running(4, 'SELECT poll(2)')])).toEqual([])
})

test('until then nothing does', () => {
  expect(learnt(1_000).unexpected([poll])).toEqual([poll])
})

test('so many as are declared do besides, whatever they are', () => {
  const { unexpected } = learnt(6_000, 1)
  expect(unexpected([poll, running(3, 'SELECT 3')])).toEqual([])
  expect(unexpected([poll, running(3, 'SELECT 3'), running(4, 'SELECT 4')])).toHaveLength(1)
})
