import { expect, test } from 'vitest'
import type { Member, Process, Session } from '../timeline/member.ts'
import { epochOf, hungRequest, startOf } from '../testing/timeline-of.ts'
import { watchSuspects } from './suspects.ts'

const [hung, backend] = hungRequest({ cycle: 3 }).map((being) => being({ atMs: startOf(3) + 9_000, cycle: 3, reading: 'untouched' })) as unknown as [Process, Session]

/** What is suspected on looks a second apart. */
function suspectedOn(looks: readonly (readonly Member[])[]): (string | null)[][] {
  const suspicions = watchSuspects()
  return looks.map((members, second) => suspicions(members, second * 1_000).map(({ url }) => url))
}

test('the fixture is a pair of a process and its session', () => {
  expect([hung.kind, backend.kind, hung.databasePorts.includes(backend.clientPort ?? -1), epochOf(0) > 0]).toEqual(['process', 'session', true, true])
})

test('a process that waits for three seconds with its session idle in a transaction is suspected once, with its request', () => {
  expect(suspectedOn(Array(7).fill([hung, backend]))).toEqual([[], [], [], [hung.request?.url], [], [], []])
})

test.each<[string, (second: number) => readonly Member[]]>([
  ['it uses its CPU', (second) => [{ ...hung, cpuMs: second * 10 }, backend]],
  ['it runs', () => [{ ...hung, state: 'R' }, backend]],
  ['its session works', () => [hung, { ...backend, state: 'active' }]],
  ['its session only just went idle', () => [hung, { ...backend, stateAgeMs: 100 }]],
  ['the session is another’s', () => [hung, { ...backend, clientPort: 1 }]],
  ['the session came by a unix socket', () => [hung, { ...backend, clientPort: null }]],
  ['it is a control of our own', () => [{ ...hung, control: 'planted' }, backend]],
  ['it comes and goes', (second) => (second % 3 === 2 ? [] : [hung, backend])],
])('nobody is suspected where %s', (_, members) => {
  expect(suspectedOn(Array.from({ length: 9 }, (_, second) => members(second))).flat()).toEqual([])
})
