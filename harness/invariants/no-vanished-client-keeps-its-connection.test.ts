import { expect, test } from 'vitest'
import { type Being, firstMeasured, loadEndOf, openTransaction, process, timelineOf } from '../testing/timeline-of.ts'
import type { Limits } from '../timeline/facts.ts'
import { judge } from '../verdict/judge.ts'
import { loadInvariants } from '../verdict/load-invariants.ts'
import invariant from './no-vanished-client-keeps-its-connection.ts'

const vanish = (performed: number) => ({ kind: 'rude' as const, cycle: firstMeasured, manners: [{ manner: 'vanish', planned: performed, performed, notes: [] }], atMs: loadEndOf(firstMeasured) - 1 })

/** A server with so many such connections from a moment after the first measured load on. */
const server = (vanishedClients: number, untilMs = Number.POSITIVE_INFINITY): Being => (moment) => {
  const since = moment.atMs - loadEndOf(firstMeasured)
  return process({ pid: 50, vanishedClients: since > 0 && since < untilMs ? vanishedClients : 0 })(moment)
}

const judged = (being: Being, limits: Limits, performed = 3) => invariant.check(timelineOf({ beings: [being], limits, doses: [20], also: [vanish(performed)] }))

test('a load whose clients never vanish has nothing to judge, and one that declares nothing is told how many stay', () => {
  expect(judged(server(0), { vanishedClientMs: 2_000 }, 0)).toMatchObject({ kind: 'pass', sentence: 'no client of this load vanished without FIN or RST' })
  expect(judged(server(3), {})).toMatchObject({ kind: 'not judged', sentence: 'how long the connection of a vanished client may stay is not declared (limits.vanishedClientMs); 3 were open at the end' })
})

test('what stays for longer than is declared is a leak of the process that keeps it, by the load after which it came', () => {
  expect(judged(server(3), { vanishedClientMs: 6_000 })).toMatchObject({ kind: 'leak', sentence: expect.stringMatching(/^3 connections of vanished clients still open .* after the load, 6\.0 s declared$/), survivors: [{ member: { pid: 50 }, keptMore: [{ cycle: firstMeasured, rise: 3 }] }] })
})

const invariants = await loadInvariants()
const leftOf = (...beings: readonly Being[]) => judge(timelineOf({ beings, limits: { vanishedClientMs: 6_000 }, doses: [20], also: [vanish(3)] }), invariants).dose.leftBehind

test('what waits with it was left by the same request, and is counted with it', () => {
  const waiting = (pid: number) => openTransaction({ pid, fromMs: loadEndOf(firstMeasured) - 100, relationLocks: 1 })
  expect([leftOf(server(3)), leftOf(server(3), waiting(60)), leftOf(server(3), ...[60, 61, 62, 63].map(waiting))]).toEqual([3, 3, 4])
})

test('a transaction that is harmless waits with it as well, and takes none of it away', () => {
  expect(leftOf(server(3), openTransaction({ pid: 60, fromMs: loadEndOf(firstMeasured) - 100 }))).toBe(3)
})

test('of those that come and go the ones that are open at the end are dated, each by the load that it came with', () => {
  // A time-out ends three of the first four before the next rest; two more come with the baseline's load, and none with the measured one.
  const open: Readonly<Record<number, number>> = { 0: 4, 1: 1, 2: 3, 3: 3 }
  const being: Being = (moment) => process({ pid: 50, vanishedClients: open[moment.cycle ?? firstMeasured] ?? 0 })(moment)
  expect(judged(being, { vanishedClientMs: 6_000 })).toMatchObject({ kind: 'leak', survivors: [{ keptMore: [{ cycle: 0, rise: 1 }, { cycle: 2, rise: 2 }] }] })
})

test('what is gone by then is none', () => {
  expect(judged(server(3, 7_500), { vanishedClientMs: 7_500 })).toMatchObject({ kind: 'pass' })
})

test('a run that does not look as late as that does not know', () => {
  expect(judged(server(3), { vanishedClientMs: 600_000 })).toMatchObject({ kind: 'inconclusive' })
})
