import { expect, test } from 'vitest'
import { type Being, firstMeasured, loadEndOf, openTransaction, process, startOf, timelineOf } from '../testing/timeline-of.ts'
import type { Limits } from '../timeline/facts.ts'
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

test('where a transaction waits with it, what is left is counted by that', () => {
  const open = openTransaction({ pid: 60, fromMs: loadEndOf(firstMeasured) - 100 })
  expect(invariant.check(timelineOf({ beings: [server(3), open], limits: { vanishedClientMs: 6_000 }, doses: [20], also: [vanish(3)] }))).toMatchObject({ kind: 'leak', survivors: [] })
})

test('a planted transaction is no other way of telling it', () => {
  // Until the looks that show what is planted have been made.
  const untilMs = startOf(firstMeasured + 1) + 1_700 - loadEndOf(firstMeasured)
  expect(judged(server(3, untilMs), { vanishedClientMs: 6_000 })).toMatchObject({ kind: 'leak', survivors: [{ member: { pid: 50 } }] })
})

test('what is gone by then is none', () => {
  expect(judged(server(3, 7_500), { vanishedClientMs: 7_500 })).toMatchObject({ kind: 'pass' })
})

test('a run that does not look as late as that does not know', () => {
  expect(judged(server(3), { vanishedClientMs: 600_000 })).toMatchObject({ kind: 'inconclusive' })
})
