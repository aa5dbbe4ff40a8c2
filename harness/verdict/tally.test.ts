import { expect, test } from 'vitest'
import type { Member, Session } from '../timeline/member.ts'
import { syntheticHang } from '../testing/recordings/synthetic.ts'
import { counting } from '../testing/looking.ts'
import { type Being, epochOf, openTransaction, process, session, startOf, timelineOf } from '../testing/timeline-of.ts'
import { birthsOf } from './births.ts'
import { hangsOf } from './hangs.ts'
import { judge } from './judge.ts'
import { loadInvariants } from './load-invariants.ts'
import { survivorsOf } from './survivors.ts'
import { leftBehind, sessionsEnded, tallyOf } from './tally.ts'
import type { Finding, Hang, Survivor } from './verdict.ts'

const invariants = await loadInvariants()

const leak = (members: readonly Member[], more: Partial<Survivor> = {}): Finding => ({ invariant: 'x', kind: 'leak', sentence: 'x', survivors: members.map((member) => ({ member, why: 'x', bornIn: null, ...more })) })
const places = (n: number) => leak(Array.from({ length: n }, (_, i) => ({ kind: 'place' as const, id: `${i + 1}` })))
const hangs = (n: number) => Array.from({ length: n }, (_, i) => syntheticHang(i))
const counted = (hung: readonly Hang[], leaks: readonly Finding[]): number => leftBehind(tallyOf(timelineOf(), hung, leaks))

test.each([
  ['a lost place and the session that was not given back are one', 3, 3, 3],
  ['places beyond the sessions are lost in their own right', 3, 5, 5],
  ['places alone', 0, 4, 4],
  ['sessions alone', 2, 0, 2],
])('%s', (_, sessions, lost, expected) => {
  expect(counted(hangs(sessions), [places(lost)])).toBe(expected)
})

const ended = (pids: readonly number[]) => leak(pids.map((pid, i) => ({ kind: 'other' as const, id: `${pid} at ${900 * i} ms`, resource: sessionsEnded, detail: 'terminating connection due to idle-in-transaction timeout' })))
const pidsOf = (hung: readonly Hang[]) => hung.flatMap((hang) => hang.session?.pid ?? [])

test.each([
  ['a session that the server ended and the place that it took with it are one', 0, [40, 41, 42, 43], 4, 4],
  ['more sessions were ended than places lost: the application got some back', 0, [40, 41, 42, 43], 3, 4],
  ['more places are lost than sessions were ended', 0, [40, 41, 42, 43], 6, 6],
  ['sessions that hang have places as well', 2, [40, 41, 42, 43], 7, 7],
  ['a session that hung until the server ended it is one, with its place', 2, pidsOf(hangs(2)), 2, 2],
  ['places beyond those of sessions that hung and were ended', 2, pidsOf(hangs(2)), 5, 5],
])('%s', (_, hung, byServer, lost, expected) => {
  expect(counted(hangs(hung), [ended(byServer), places(lost)])).toBe(expected)
})

const keeper = (pid: number, closeWait = 0) => process({ pid, closeWait })({ atMs: 90_000 }) as Member
const kept = (member: Member, ...rises: number[]): Finding => leak([member], { keptMore: rises.map((rise, i) => ({ cycle: 3 + i, rise })) })
const stuckIn = (cycle: number, pid: number, clientPort = 40_000 + pid): Finding => leak([openTransaction({ pid, clientPort })({ atMs: 90_000 }) as Member], { bornIn: cycle })
const scriptOf = (pid: number, more: Partial<Extract<Member, { kind: 'process' }>> = {}) => process({ pid, request: { method: 'GET', url: '/' }, ...more })({ atMs: 90_000 }) as Member

test.each<[string, readonly Finding[], number]>([
  ['of a process that keeps descriptors each of them is left, and not the process', [kept(keeper(10), 2, 0, 4, 8)], 14],
  ['of several processes those of each', [kept(keeper(10), 2, 4), kept(keeper(11), 3, 5)], 14],
  ['of threads and their descriptors the more', [kept(keeper(10), 2, 4), kept(keeper(10), 3, 5)], 8],
  ['the more of each load: what another load left is no part of it', [kept(keeper(10), 2, 4), kept(keeper(10), 3, 1)], 7],
  ['a socket in CLOSE_WAIT is told as such, and not again as a descriptor', [leak([keeper(10, 5)], { holds: 'sockets' }), kept(keeper(10, 5), 2, 4)], 6],
  ['sockets of a worker that the load has started are as many as they are', [leak([keeper(10, 5)], { holds: 'sockets', bornIn: 4 })], 5],
  ['a process that keeps more is none that hangs behind a front end', [leak([keeper(10, 5)], { holds: 'sockets' }), kept(keeper(11), 2, 4)], 11],
  ['a request that hangs has its own thread or connection', [stuckIn(3, 20), stuckIn(3, 21), kept(keeper(10), 3, 1)], 4],
  ['one of another load has not', [stuckIn(5, 20), stuckIn(5, 21), kept(keeper(10), 3, 1)], 6],
  ['a process that is lost itself takes what it keeps with it', [leak([scriptOf(10)], { bornIn: 3 }), kept(scriptOf(10), 1)], 1],
  ['whichever is told first', [kept(scriptOf(10), 1), leak([scriptOf(10)], { bornIn: 3 })], 1],
  ['and its half-closed sockets', [leak([scriptOf(10, { closeWait: 3 })], { bornIn: 3 }), leak([scriptOf(10, { closeWait: 3 })], { holds: 'sockets', bornIn: 3 })], 1],
  ['a session that the server ended and the half-closed socket that it left are one', [ended([40, 41, 42]), leak([keeper(10, 2)], { holds: 'sockets' })], 3],
  ['half-closed sockets beyond those of sessions that it ended', [ended([40, 41]), leak([keeper(10, 5)], { holds: 'sockets' })], 5],
])('%s', (_, leaks, expected) => {
  expect(counted(hangsOf(timelineOf(), leaks), leaks)).toBe(expected)
})

const locked = (locks: number, more: Partial<Session> = {}) => {
  const locksTaken = Array.from({ length: locks }, (_, i) => ({ afterMs: epochOf(startOf(3 + i)), byMs: epochOf(startOf(3 + i)) + 200 }))
  return session({ pid: 60, seenAtMs: epochOf(startOf(8)), advisoryLocks: locks, locksTaken, ...more })({ atMs: startOf(8) }) as Member
}
const tables = (n: number, sessionPid = 60) => leak(Array.from({ length: n }, (_, i) => ({ kind: 'temporary-table' as const, id: `${16_000 + i}`, name: `batch_${i}`, sessionPid })), { ofGrowth: true })

test.each<[string, readonly Finding[], number]>([
  ['a pooled session goes on: each lock on it is left', [leak([locked(3)], { holds: 'locks' })], 3],
  ['one that is lost itself is one, whatever locks it holds', [leak([locked(3)], { holds: 'locks' }), leak([locked(3)], { bornIn: 4 })], 1],
  ['whichever is told first: lost, with locks', [leak([locked(3)], { bornIn: 4 }), leak([locked(3)], { holds: 'locks' })], 1],
  ['locks that nobody complains of are none', [leak([locked(3)], { bornIn: 4 })], 1],
  ['tables of a session that goes on are left, each', [tables(4)], 4],
  ['of locks and tables on one session the more', [leak([locked(3)], { holds: 'locks' }), tables(4)], 4],
  ['of more locks than tables the locks', [leak([locked(3)], { holds: 'locks' }), tables(2)], 3],
  ['tables go with a session that is lost', [leak([locked(0)], { bornIn: 4 }), tables(4)], 1],
  ['and not with another', [leak([locked(0)], { bornIn: 4 }), tables(4, 61)], 5],
])('%s', (_, leaks, expected) => {
  const timeline = timelineOf()
  const hung = hangsOf(timeline, leaks)
  expect(counted(hung, leaks)).toBe(expected)
  expect(birthsOf(timeline, hung, leaks)).toHaveLength(expected)
})

test('the end of a session that was given the number of an earlier one is not the earlier one’s', () => {
  const earlier: Being = openTransaction({ pid: 70, fromMs: startOf(3) + 100, untilMs: startOf(4), relationLocks: 1 })
  const endedAt = (atMs: number) => judge(timelineOf({ beings: [earlier], also: [{ kind: 'server-log', pid: 70, severity: 'FATAL', sqlstate: '25P03', message: 'terminating connection', atMs }] }), invariants).dose.leftBehind
  expect([endedAt(startOf(4)), endedAt(startOf(6))]).toEqual([1, 2])
})

test('of a server that ends hundreds of sessions all are counted, each by the load that left it, though the record lists a hundred', () => {
  const inCycle = (cycle: number, n: number) => Array.from({ length: n }, (_, i) => ({ kind: 'server-log', pid: cycle * 1_000 + i, severity: 'FATAL', sqlstate: '25P03', message: 'terminating connection due to idle-in-transaction timeout', atMs: startOf(cycle) + 100 + i }) as const)
  const run = { also: [...inCycle(5, 100), ...inCycle(6, 200)] }
  const isOfControl = (reading: string): boolean => reading === 'control-planted' || reading === 'control-removed'
  const timeline = counting(({ atMs, reading }) => ({ 'log.sessions-ended': run.also.filter((one) => one.atMs <= atMs).length + (isOfControl(reading) ? 1 : 0) }), run)
  const { headline, findings, dose, rate } = judge(timeline, invariants)
  const leaks = findings.filter(({ kind }) => kind === 'leak')
  const births = birthsOf(timeline, [], leaks)
  expect(headline).toContain('the server had to end 300 sessions: idle_in_transaction_session_timeout')
  expect([dose.leftBehind, rate?.events, survivorsOf(leaks).length]).toEqual([300, 300, 100])
  expect([5, 6].map((cycle) => births.filter((birth) => birth.cycle === cycle).length)).toEqual([100, 200])
})
