import { expect, test } from 'vitest'
import { session, startOf } from '../testing/timeline-of.ts'
import type { Session } from './member.ts'
import { beyondStanding, standingQueries } from './standing-queries.ts'

const at = { atMs: startOf(3), cycle: 3, reading: 'untouched' as const }
const running = (pid: number, query: string, state = 'active'): Session => session({ pid, query, state })(at) as Session
const pids = (sessions: readonly Session[]): readonly number[] => sessions.map(({ pid }) => pid)

test('as many of a form as were ever seen at once before are the application’s own, on whichever session', () => {
  const standing = standingQueries([[running(1, 'SELECT pg_sleep(5)')], [running(1, 'SELECT pg_sleep(5)'), running(2, 'SELECT pg_sleep(5)')], []])
  expect(pids(beyondStanding(standing, [running(3, 'SELECT pg_sleep(5)'), running(4, 'SELECT pg_sleep(5)')]))).toEqual([])
  expect(pids(beyondStanding(standing, [running(1, 'SELECT pg_sleep(5)'), running(2, 'SELECT pg_sleep(5)'), running(5, 'SELECT pg_sleep(5)')]))).toEqual([5])
})

test.each([
  ['numbers', 'SELECT * FROM job WHERE id > 17 LIMIT 5', 'SELECT * FROM job WHERE id > 4711 LIMIT 5', true],
  ['texts', "SELECT * FROM job WHERE queue = 'it''s'", "SELECT * FROM job WHERE queue = 'mail'", true],
  ['places in the write-ahead log', 'START_REPLICATION SLOT "s" LOGICAL 0/16B3748', 'START_REPLICATION SLOT "s" LOGICAL 1/2A', true],
  ['names', 'SELECT * FROM job', 'SELECT * FROM mail', false],
  ['the number within a name', 'SELECT * FROM job1', 'SELECT * FROM job2', false],
])('a form: queries that differ in %s', (_, before, now, isAlike) => {
  expect(beyondStanding(standingQueries([[running(1, before)]]), [running(2, now)])).toHaveLength(isAlike ? 0 : 1)
})

test('a session that was idle before had no query running', () => {
  expect(pids(beyondStanding(standingQueries([[running(1, 'SELECT pg_sleep(5)', 'idle')]]), [running(1, 'SELECT pg_sleep(5)')]))).toEqual([1])
})
