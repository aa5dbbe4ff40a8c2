import { expect, test } from 'vitest'
import type { Member } from '../timeline/member.ts'
import { syntheticHang } from '../testing/recordings/synthetic.ts'
import { process, timelineOf } from '../testing/timeline-of.ts'
import { hangsOf, leftBehind, sessionsEnded } from './hangs.ts'
import type { Finding } from './verdict.ts'

const leak = (members: readonly Member[]): Finding => ({ invariant: 'x', kind: 'leak', sentence: 'x', survivors: members.map((member) => ({ member, why: 'x', bornIn: null })) })
const places = (n: number) => leak(Array.from({ length: n }, (_, i) => ({ kind: 'place' as const, id: `${i + 1}` })))
const hangs = (n: number) => Array.from({ length: n }, (_, i) => syntheticHang(i))

test.each([
  ['a lost place and the session that was not given back are one', 3, 3, 3],
  ['places beyond the sessions are lost in their own right', 3, 5, 5],
  ['places alone', 0, 4, 4],
  ['sessions alone', 2, 0, 2],
])('%s', (_, sessions, lost, expected) => {
  expect(leftBehind(timelineOf(), hangs(sessions), [places(lost)])).toBe(expected)
})

const ended = (n: number) => leak(Array.from({ length: n }, (_, i) => ({ kind: 'other' as const, id: `${40 + i} at ${900 * i} ms`, resource: sessionsEnded, detail: 'terminating connection due to idle-in-transaction timeout' })))

test.each([
  ['a session that the server ended and the place that it took with it are one', 0, 4, 4, 4],
  ['more sessions were ended than places lost: the application got some back', 0, 4, 3, 4],
  ['more places are lost than sessions were ended', 0, 4, 6, 6],
  ['sessions that hang have places as well', 2, 4, 7, 7],
])('%s', (_, hung, byServer, lost, expected) => {
  expect(leftBehind(timelineOf(), hangs(hung), [ended(byServer), places(lost)])).toBe(expected)
})

const keeper = (pid: number, closeWait = 0) => process({ pid, closeWait })({ atMs: 90_000 }) as Member
const kept = (member: Member, ...rises: number[]): Finding => ({ invariant: 'x', kind: 'leak', sentence: 'x', survivors: [{ member, why: 'x', bornIn: null, keptMore: rises.map((rise, i) => ({ cycle: 3 + i, rise })) }] })

test.each<[string, readonly Finding[], number]>([
  ['of a process that keeps descriptors each of them is left, and not the process', [kept(keeper(10), 2, 0, 4, 8)], 14],
  ['of several processes those of each', [kept(keeper(10), 2, 4), kept(keeper(11), 3, 5)], 14],
  ['of threads and their descriptors the more', [kept(keeper(10), 2, 4), kept(keeper(10), 3, 5)], 8],
  ['a socket in CLOSE_WAIT is told as such, and not again as a descriptor', [leak([keeper(10, 5)]), kept(keeper(10, 5), 2, 4)], 6],
])('%s', (_, leaks, expected) => {
  const { hangs, dose } = leftOf(leaks)
  expect([dose, hangs.filter(({ session }) => session !== null)]).toEqual([expected, []])
})

function leftOf(leaks: readonly Finding[]) {
  const hangs = hangsOf(timelineOf(), leaks)
  return { hangs, dose: leftBehind(timelineOf(), hangs, leaks) }
}
