import { expect, test } from 'vitest'
import { process, session, timelineOf } from '../testing/timeline-of.ts'
import { holdersOf, pairsOf, sessionsOf } from './pairs.ts'

const parent = process({ pid: 10, databasePorts: [5_001, 5_002] })
const child = process({ pid: 11, databasePorts: [5_002] })
const look = timelineOf({ beings: [parent, child, session({ pid: 1, clientPort: 5_001 }), session({ pid: 2, clientPort: 5_002 }), session({ pid: 3, clientPort: 5_003 }), session({ pid: 4, clientPort: null })] }).looks[0]
const pairs = look ? pairsOf(look) : []
const sessionOf = (pid: number) => look?.members.find((member) => member.kind === 'session' && member.pid === pid) as Extract<NonNullable<typeof look>['members'][number], { kind: 'session' }>
const processOf = (pid: number) => look?.members.find((member) => member.kind === 'process' && member.pid === pid) as Extract<NonNullable<typeof look>['members'][number], { kind: 'process' }>

test.each([
  [1, [10], 'its only holder'],
  [2, [10, 11], 'the parent and the child that inherited its socket'],
  [3, [], 'no holder, where no process has its port'],
  [4, [], 'no holder, over a unix socket'],
])('session %i belongs to %j: %s', (pid, holders) => {
  expect(holdersOf(pairs, sessionOf(pid)).map((holder) => holder.pid)).toEqual(holders)
})

test('a process has all its sessions', () => {
  expect(sessionsOf(pairs, processOf(10)).map((held) => held.pid)).toEqual([1, 2])
})
