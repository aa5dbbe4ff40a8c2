import { expect, test } from 'vitest'
import { hungRequest, loadEndOf, openTransaction, process, type Run, session, startOf, timelineOf } from '../testing/timeline-of.ts'
import type { Capacity, Dose } from '../timeline/entry.ts'
import { birthsOf } from './births.ts'
import { exhaustionOf } from './exhaustion.ts'
import { judge } from './judge.ts'
import { loadInvariants } from './load-invariants.ts'
import { unservedOf } from './unserved.ts'

const invariants = await loadInvariants()

/** From cycle 6 on no request is served. Of its own dose of 80, 12 were, with 8 in flight at once. */
const dries = (cycle: number, planned: number): Partial<Dose> => (cycle < 6 ? {} : cycle === 6 ? { counted: 12, timedOut: planned - 12 } : { counted: 0, timedOut: planned })
const place = (when: 'before-load' | 'after-load', parallel: number): Capacity & { readonly atMs: number } => ({ kind: 'capacity', when, asked: 4, parallel, tries: [parallel], atMs: when === 'before-load' ? 100 : startOf(8) - 50 })

test.each<[string, Run, object | null]>([
  ['all were served', {}, null],
  ['the last cycle was served badly, and served', { delivered: (cycle, planned) => (cycle === 7 ? { counted: planned / 2 } : {}) }, null],
  ['one in the middle was not, and later ones were', { delivered: (cycle) => (cycle === 6 ? { counted: 0 } : {}) }, null],
  ['the last was not', { delivered: dries }, { cycle: 6, sent: 120 + 20 + 40 + 20, inVain: 80 - 20 + 20 }],
  ['hardly any of the last was, by a route that needs no place', { delivered: (cycle, planned) => (cycle === 7 ? { counted: 1, timedOut: planned } : {}), doses: [20, 0, 40, 80, 40] }, { cycle: 6, sent: 260, inVain: 40 }],
  ['a pool has no place left after the last', { delivered: (cycle) => (cycle === 7 ? { counted: 5 } : {}), also: [place('before-load', 4), place('after-load', 0)] }, { cycle: 7, sent: 120 + 140 + 13, inVain: 7 }],
  ['nobody came as far as the pool when it was asked after the last', { delivered: (cycle) => (cycle === 7 ? { counted: 5 } : {}), also: [place('before-load', 4), { ...place('after-load', 0), declined: 4 }] }, null],
  ['the first load has taken every place', { delivered: (_, planned) => ({ counted: 0, timedOut: planned }), also: [place('before-load', 4), place('after-load', 0)] }, { cycle: 0, sent: 8, inVain: 112 + 160 }],
  ['none was ever served: that is another fault', { delivered: () => ({ counted: 0 }) }, null],
  ['each request has a process of its own, and those that fail are the leak', { delivered: dries, beings: hungRequest({ cycle: 6 }) }, null],
])('exhausted, where %s', (_, run, expected) => {
  expect(exhaustionOf(timelineOf(run))).toEqual(expected)
})

const stuck = (cycle: number, pid: number) => openTransaction({ pid, fromMs: startOf(cycle) + 900, relationLocks: 2 })
const frontEnd = process({ pid: 10, closeWait: 0 })
const waiting = (moment: { readonly atMs: number }) => (moment.atMs < loadEndOf(6) ? frontEnd(moment) : process({ pid: 10, closeWait: 60 })(moment))

test('a leak that exhausts its pool is told per request until then; who waits in vain after that is a victim, and counts for nothing', () => {
  const timeline = timelineOf({ beings: [stuck(3, 500), stuck(5, 501), stuck(6, 502), stuck(6, 503), waiting], delivered: dries })
  const { verdict, dose, bounds, rate, hangs, findings } = judge(timeline, invariants)
  expect(verdict).toBe('leak')
  expect(dose.leftBehind).toBe(4)
  expect(bounds).toEqual(['4 left behind in 200 requests, until none was served any more (80 sent after that do not count): 20 per 1,000 (95 %: 5.4 to 51)'])
  expect(rate).toMatchObject({ events: 4, perRequest: { value: 4 / 200 } })
  expect(birthsOf(timeline, hangs, findings.filter(({ kind }) => kind === 'leak')).map(({ cycle }) => cycle)).toEqual([3, 5, 6, 6])
})

test('a victim that stays is told with the others, and is not taken for one of those that the rate counts', () => {
  const { dose, bounds, rate } = judge(timelineOf({ beings: [stuck(3, 500), stuck(5, 501), stuck(6, 502), stuck(6, 503), stuck(7, 504), waiting], delivered: dries }), invariants)
  expect(dose.leftBehind).toBe(5)
  expect(rate?.events).toBe(4)
  expect(bounds[0]).toMatch(/^5 left behind, 4 of them in 200 requests, until none was served any more .*: 20 per 1,000 /)
})

test.each<[string, Run, RegExp]>([
  ['nobody was served in the end', { delivered: dries }, /^no request was served any more after the first 200, in cycle 6: the 80 sent after them show nothing \(censored\)$/],
  ['more waited than there are places, until they timed out', { limits: { poolMaxPerProcess: 4 }, delivered: (_, planned) => ({ counted: planned - 4, timedOut: Math.min(planned, 4) }) }, /^the pool was saturated: 16 of 160 requests timed out, with up to 8 at once for 4 places; /],
  ['the same, by the places that were counted', { also: [place('before-load', 4), place('after-load', 4)], delivered: (_, planned) => ({ counted: planned - 4, timedOut: Math.min(planned, 4) }) }, /^the pool was saturated/],
])('a run in which nothing is left and %s', (_, run, sentence) => {
  const { verdict, findings } = judge(timelineOf(run), invariants)
  expect(verdict).toBe('inconclusive')
  expect(findings[0]).toMatchObject({ invariant: 'the pool was not exhausted', sentence: expect.stringMatching(sentence) })
})

test.each<[string, Run, 'pass' | 'not judged']>([
  ['requests timed out in a pool that had room', { limits: { poolMaxPerProcess: 10 }, delivered: (_, planned) => ({ counted: planned - 4, timedOut: Math.min(planned, 4) }) }, 'pass'],
  ['more waited than there are places, and all were served', { limits: { poolMaxPerProcess: 4 } }, 'pass'],
  ['no request found a place before the load, so that nobody knows how many there are', { also: [place('before-load', 0), place('after-load', 0)], delivered: (_, planned) => ({ counted: planned - 4, timedOut: Math.min(planned, 4) }) }, 'not judged'],
  ['requests timed out, and nobody knows of how many places', { delivered: (_, planned) => ({ counted: planned - 4, timedOut: Math.min(planned, 4) }) }, 'not judged'],
])('no pool was exhausted, where %s', (_, run, kind) => {
  expect(judge(timelineOf(run), invariants).findings.find(({ invariant }) => invariant === 'the pool was not exhausted')?.kind).toBe(kind)
})

const doses = [40, 40, 40, 20, 0, 40, 80, 20]
const routed = (route: string, share: number, isServed: (cycle: number) => boolean): NonNullable<Run['also']> =>
  doses.flatMap((planned, cycle) => (planned === 0 ? [] : [{ kind: 'load' as const, cycle, route, started: planned * share, counted: isServed(cycle) ? planned * share : 0, unexpected: 0, timedOut: 0, broken: 0, p50Ms: 1, p99Ms: 1, maxMs: 1, atMs: loadEndOf(cycle) - 1_000 }]))
const answered = (status: number): NonNullable<Run['also']> => [{ kind: 'request', cycle: 6, why: 'failed', request: '6-1', route: 'save', path: '/save', startedAtMs: 0, tookMs: 4_000, outcome: 'counted', status, errorCode: 0, atMs: loadEndOf(6) }]
/** From cycle 6 on. */
const savesFail: Run = { also: [...routed('save', 0.4, (cycle) => cycle < 6), ...routed('look', 0.6, () => true), ...answered(500)], delivered: (cycle, planned) => (cycle < 6 ? {} : { counted: planned * 0.6, unexpected: planned * 0.4 }) }

test.each<[string, Run, object | null]>([
  ['one of two', savesFail, { routes: ['save'], served: ['look'], fromCycle: 6, sent: 40, unused: [] }],
  ['one of two, while sessions rest that a load before has used', { ...savesFail, beings: [session({ pid: 1, usedAtMs: startOf(5) + 50 }), session({ pid: 2, usedAtMs: startOf(7) + 50 })] }, expect.objectContaining({ unused: [expect.objectContaining({ pid: 1 })] })],
  ['none', { also: routed('look', 1, () => true) }, null],
  ['all: then the application is exhausted', { also: routed('look', 1, (cycle) => cycle < 6), delivered: dries }, null],
  ['one that never was served', { ...savesFail, also: [...routed('save', 0.4, () => false), ...routed('look', 0.6, () => true)] }, null],
  ['one that the last load has served again', { ...savesFail, also: [...routed('save', 0.4, (cycle) => cycle !== 6), ...routed('look', 0.6, () => true)] }, null],
  ['one of which its first request has taken what there was', { ...savesFail, also: [...routed('save', 0.4, (cycle) => cycle < 6), ...routed('look', 0.6, () => true), ...answered(404)] }, null],
])('no longer served is %s', (_, run, expected) => {
  expect(unservedOf(timelineOf(run))).toEqual(expected)
})

test('where routes are served no longer that need what others do not, what has run out is the first thing that an inconclusive run tells, and how to count it', () => {
  const { verdict, findings, next } = judge(timelineOf({ ...savesFail, beings: [session({ pid: 1, usedAtMs: startOf(5) + 50 })] }), invariants)
  expect(verdict).toBe('inconclusive')
  expect(findings[0]).toMatchObject({
    invariant: 'the pool was not exhausted',
    sentence: expect.stringMatching(/^from cycle 6 on no request to save was served \(40 were sent\), as some had been before, while look still was: .*; 1 session has rested unused since before, after SELECT 1$/),
  })
  expect(next[0]).toBe('see what the application says of its pool, and name a request that takes a place of it as target.capacity: lost places are counted then')
})
