import { expect, test } from 'vitest'
import { hungRequest, startOf, timelineOf } from '../../testing/timeline-of.ts'
import type { Happening } from '../../timeline/entry.ts'
import { birthsOf, type Birth } from '../births.ts'
import { judge } from '../judge.ts'
import { loadInvariants } from '../load-invariants.ts'
import { ownerOf } from './owner.ts'
import { rateOf } from '../rate.ts'

const invariants = await loadInvariants()

/** The seconds of load that send so many requests to each route, cycle by cycle. */
const sending = (routes: Readonly<Record<string, readonly number[]>>): readonly (Happening & { readonly atMs: number })[] =>
  Object.entries(routes).flatMap(([route, perCycle]) => perCycle.map((started, cycle) => ({ kind: 'load' as const, cycle, route, started, counted: started, unexpected: 0, timedOut: 0, broken: 0, p50Ms: 1, p99Ms: 1, maxMs: 1, atMs: startOf(cycle) + 1_000 })))

const ownerBy = (routes: Readonly<Record<string, readonly number[]>>, births: readonly number[]) => {
  const timeline = timelineOf({ also: sending(routes) })
  const all = births.flatMap((n, cycle): readonly Birth[] => Array.from({ length: n }, () => ({ cycle, atMs: null })))
  return ownerOf(timeline, [], all, rateOf(timeline, all))
}

test('processes that carry their requests name the route themselves', () => {
  const url = '/edge/timeline?daysback=90&n=3216'
  const timeline = timelineOf({ beings: [...hungRequest({ cycle: 5, pid: 3_216 }), ...hungRequest({ cycle: 6, pid: 4_000 })], also: [{ kind: 'unanswered', cycle: 5, request: 'r', route: 'reader', url: `http://127.0.0.1:8080${url}`, waitedMs: 5_000, atMs: startOf(5) + 9_000 }] })
  const { hangs, findings, owner } = judge(timeline, invariants)
  expect(owner).toMatchObject({ kind: 'request', routes: [{ route: 'reader', share: 0.5 }, { route: '/edge/timeline', share: 0.5 }], sentence: 'reader (1) and /edge/timeline (1): each of them carries its request' })
  expect(birthsOf(timeline, hangs, findings.filter(({ kind }) => kind === 'leak'))).toHaveLength(2)
})

test.each([
  ['/remark?id=7&n=31', 'remark'],
  ['/item?id=70004', 'missing item'],
  ['/item?id=7', 'item'],
  ['/item?id=x', '/item'],
])('the route of %s is told by the load’s own list: %s', (url, route) => {
  const timeline = timelineOf()
  const facts = { ...timeline.facts, routes: [{ name: 'item', path: '/item?id=7' }, { name: 'missing item', path: '/item?id=7000{n}' }, { name: 'remark', path: '/remark?id=7&n={n}' }] }
  const hang = { process: null, session: null, url, why: null, lastLogLine: null, bornIn: 5, evidence: null }
  expect(ownerOf({ ...timeline, facts }, [hang], [], null)).toMatchObject({ kind: 'request', routes: [{ route }] })
})

const mixed = { list: [20, 20, 20, 10, 0, 20, 40, 10], buy: [13, 13, 14, 7, 0, 13, 27, 6], rate: [7, 7, 6, 3, 0, 7, 13, 4] }

test.each<[string, Readonly<Record<string, readonly number[]>>, readonly number[], object | null]>([
  ['each request of one route left one behind: its doses match exactly', mixed, [7, 7, 6, 3, 0, 7, 13, 4], { kind: 'dose', route: 'rate', sentence: 'rate: each of its 47 requests left one behind (probability 99 %)' }],
  ['each of a few requests of a rare route left one behind', { list: [20, 20, 60, 125], buy: [7, 7, 20, 41], rate: [1, 0, 1, 3] }, [1, 0, 1, 3], { kind: 'dose', route: 'rate', sentence: 'rate: each of its 5 requests left one behind (probability 99 %)' }],
  ['each of so many requests that nothing else is left to chance: no model is that sure', { list: [200, 200, 200, 100, 0, 200, 400, 100], rate: [70, 10, 60, 30, 0, 20, 130, 40] }, [70, 10, 60, 30, 0, 20, 130, 40], { kind: 'dose', route: 'rate', sentence: 'rate: each of its 360 requests left one behind (probability 99 %)' }],
  ['each left two', mixed, [14, 14, 12, 6, 0, 14, 26, 8], { kind: 'dose', route: 'rate', sentence: 'rate: each of its 47 requests left 2 behind (probability 99 %)' }],
  ['one by far the likeliest: it comes first', { ...mixed, rate: [0, 0, 0, 0, 0, 1, 0, 0] }, [0, 0, 0, 0, 0, 1, 0, 0], { kind: 'one of', sentence: expect.stringMatching(/^one of rate \([5-9]\d %\)/) }],
  ['one that leaks now and then, where each cycle has its own mix', { a: [30, 2, 30, 2, 0, 30, 2, 20], b: [2, 30, 2, 30, 0, 2, 30, 20], c: [16, 16, 2, 2, 0, 30, 30, 20] }, [3, 0, 4, 0, 0, 3, 0, 2], { kind: 'dose', route: 'a' }],
  ['one that leaks now and then, where all cycles have one mix', mixed, [1, 0, 1, 0, 0, 1, 2, 0], { kind: 'one of', sentence: 'any of 3 routes: their doses over the cycles do not tell them apart' }],
  ['two that cannot be told apart', { a: [10, 10, 10, 0, 0, 10, 10, 0], b: [10, 10, 10, 0, 0, 10, 10, 0], c: [0, 0, 0, 40, 0, 0, 0, 40] }, [3, 3, 3, 0, 0, 3, 3, 0], { kind: 'one of', routes: [{ route: 'a' }, { route: 'b' }], sentence: expect.stringMatching(/^one of a \(4\d %\) and b \(4\d %\), by their doses over the cycles$/) }],
  ['the only one', { list: [40, 40, 40, 20, 0, 40, 80, 20] }, [0, 0, 0, 0, 0, 1, 0, 0], { kind: 'dose', route: 'list', sentence: 'list: the load has no other route' }],
  ['none: it follows time', mixed, [4, 4, 4, 4, 4, 4, 4, 4], null],
  ['none: nothing was left', mixed, [], null],
  ['none: no load was recorded by route', {}, [0, 0, 0, 0, 0, 0, 3, 0], null],
])('%s', (_, routes, births, expected) => {
  expect({ owner: ownerBy(routes, births) }).toMatchObject({ owner: expected })
})
