import { expect, test } from 'vitest'
import { epochOf, factsOf, firstMeasured, loadEndOf, process, type Run, session, startOf, timelineOf } from '../testing/timeline-of.ts'
import type { Capacity } from '../timeline/entry.ts'
import type { Stamped, Timeline } from '../timeline/timeline.ts'
import { birthsOf } from '../verdict/births.ts'
import { judge } from '../verdict/judge.ts'
import invariant from './no-place-of-the-pool-is-lost.ts'

const asked = (when: 'before-load' | 'after-load', ...tries: number[]): Stamped<Capacity> => ({ kind: 'capacity', when, asked: 10, parallel: Math.max(...tries), tries, atMs: when === 'before-load' ? 100 : startOf(8) - 50 })
const afterCycle = (cycle: number, parallel: number): Stamped<Capacity> => ({ kind: 'capacity', when: 'after-cycle', cycle, asked: 10, parallel, tries: [parallel], atMs: startOf(cycle + 1) - 100 })
const judged = (capacities: readonly Stamped<Capacity>[], differences: Partial<Timeline> = {}) => invariant.check({ ...timelineOf({}), capacities, ...differences })

test.each([
  ['as many as before', [asked('before-load', 10), asked('after-load', 10)], 'pass'],
  ['more than before: the pool was still filling then', [asked('before-load', 8), asked('after-load', 10)], 'pass'],
  ['fewer than declared, and no fewer than before: a request takes two places', [asked('before-load', 5), asked('after-load', 5)], 'pass'],
  ['one fewer in the best of three tries', [asked('before-load', 10), asked('after-load', 8, 9, 9)], 'leak'],
  ['none at all', [asked('before-load', 10), asked('after-load', 0, 0, 0)], 'leak'],
  ['none at all, as a limit of the rate turned all away', [asked('before-load', 10), { ...asked('after-load', 0, 0, 0), declined: 10 }], 'inconclusive'],
  ['never asked after the load', [asked('before-load', 10)], 'inconclusive'],
  ['nothing to ask with', [], 'not judged'],
] as const)('%s', (_, capacities, expected) => expect(judged(capacities).kind).toBe(expected))

const held = (...tries: number[]): Stamped<Capacity> => ({ kind: 'capacity', when: 'places-held', held: 2, asked: 10, parallel: Math.max(...tries), tries, atMs: startOf(8) })
const released = (parallel: number): Stamped<Capacity> => ({ kind: 'capacity', when: 'places-released', asked: 10, parallel, tries: [parallel], atMs: startOf(8) + 50 })

// As on a busy machine with a pool that opens its sessions one after another: 12 places were found before the load, 11 after it, then 8 where 9 were left.
test.each([
  ['fewer are found than the harness left free: what is missing may be as slow', [asked('before-load', 9), asked('after-load', 4, 8, 7), held(5, 4, 4), released(8)], 'inconclusive'],
  ['what was held is not found again when it is let go', [asked('before-load', 9), asked('after-load', 8), held(6), released(7)], 'inconclusive'],
  ['all of them are found again, though nothing was done in between that could heal', [asked('before-load', 10), asked('after-load', 8), held(8, 8, 8), released(10)], 'inconclusive'],
  ['some of them are found again, and one is not', [asked('before-load', 10), asked('after-load', 7), held(5), released(8)], 'leak'],
  ['more are missing than the control missed', [asked('before-load', 10), asked('after-load', 5), held(2, 2, 2), released(5)], 'leak'],
  ['the control found exactly what it left', [asked('before-load', 10), asked('after-load', 9), held(7), released(9)], 'leak'],
] as const)('held against its control: %s', (_, capacities, expected) => expect(judged(capacities).kind).toBe(expected))

const collected = (...tries: number[]): Stamped<Capacity> => ({ kind: 'capacity', when: 'after-collection', asked: 10, parallel: Math.max(...tries), tries, atMs: startOf(8) - 10 })
const none = (when: 'before-load' | 'after-load'): Stamped<Capacity> => asked(when, 0, 0, 0)

test.each([
  ['no place is found before the load: then none is missed after it', [none('before-load'), none('after-load'), released(0)], 'inconclusive'],
  ['no place is left, and none is found later', [asked('before-load', 10), asked('after-load', 0), released(0)], 'leak'],
  ['no place is found after the load, and all are later: the database was slow', [asked('before-load', 10), asked('after-load', 0), released(10)], 'inconclusive'],
  ['what was missed twice is found after a collection', [asked('before-load', 10), asked('after-load', 8), asked('after-load', 8), collected(10), held(8), released(10)], 'leak'],
  ['the same, and before it once more and once fewer: slow, as it seems', [asked('before-load', 10), asked('after-load', 7), asked('after-load', 8), collected(10), held(8), released(10)], 'inconclusive'],
  ['what was missed once is found after a collection', [asked('before-load', 10), asked('after-load', 8), collected(10), held(8), released(10)], 'inconclusive'],
  ['some were turned away before the load: how many places there are is not known', [{ ...asked('before-load', 6), declined: 4 }, asked('after-load', 6)], 'inconclusive'],
  ['one was turned away before the load, and every place was found in another try', [{ ...asked('before-load', 9, 10), declined: 1 }, asked('after-load', 10)], 'pass'],
  ['as many as before, and fewer than after the first cycle: a slow reading before the load hides what is lost', [asked('before-load', 6), afterCycle(0, 10), asked('after-load', 8), held(6), released(8)], 'inconclusive'],
  ['none is found before the load at first, by a cold application, and then all', [none('before-load'), asked('before-load', 10), asked('after-load', 10)], 'pass'],
  ['the same, again before it, and one fewer after it', [none('before-load'), asked('before-load', 10), asked('before-load', 10), asked('after-load', 9)], 'leak'],
  ['one more before the load than ever again, in one try alone: where the harness is held up, who has waited looks like who has not', [asked('before-load', 4, 8, 10), asked('before-load', 9, 9, 9), afterCycle(0, 9), asked('after-load', 9, 9, 9), held(7), released(9)], 'inconclusive'],
  ['the same, and two fewer since', [asked('before-load', 4, 8, 10), asked('before-load', 9, 9, 9), afterCycle(0, 9), asked('after-load', 7, 7, 7), held(5), released(7)], 'leak'],
  ['as many as before in one try, and one fewer in all of the control', [asked('before-load', 10), asked('after-load', 9, 10), held(7, 7, 7), released(9)], 'inconclusive'],
  ['as many as before, and one fewer when they are let go, but none while some were held', [asked('before-load', 10), asked('after-load', 10), held(7, 8), released(9)], 'pass'],
  ['a second reading finds what the first had missed', [asked('before-load', 10), asked('after-load', 8), asked('after-load', 10), collected(10), held(8), released(10)], 'pass'],
])('%s', (_, capacities, expected) => expect(judged(capacities).kind).toBe(expected))

test.each([
  ['nothing gives it back', [released(8)], 'permanent'],
  ['a collection does', [collected(10), held(8), released(10)], 'at collection'],
  ['a collection gives back one of two', [collected(9), held(7), released(9)], 'permanent'],
  ['a collection gives back one of two, and time the other: the worse of both', [collected(9), held(7), released(10)], 'at collection'],
] as const)('the class of healing follows the readings: %s', (_, later, heal) => {
  const capacities = [asked('before-load', 10), asked('after-load', 8), asked('after-load', 8), ...later]
  expect(judge({ ...timelineOf({}), capacities }, [invariant]).heal).toBe(heal)
  // Also where the sessions of the lost places are known, which rest in their pool before and after.
  const told = judge({ ...timelineOf({ beings: pool([firstMeasured, firstMeasured + 4]) }), capacities }, [invariant])
  expect([told.hangs.length, told.heal]).toEqual([2, heal])
})

/** Two processes, each with sessions of its own; which of them a request meets is chance. */
const twoProcesses = [10, 11].map((pid) => process({ pid, databasePorts: [40_000 + pid] }))
test.each<[string, Run, readonly Stamped<Capacity>[], string]>([
  ['fewer are found', { beings: twoProcesses }, [asked('before-load', 9), asked('after-load', 7, 8, 8)], 'not judged'],
  ['as many, and not all', { beings: twoProcesses }, [asked('before-load', 9), asked('after-load', 9)], 'not judged'],
  ['all', { beings: twoProcesses }, [asked('before-load', 9), asked('after-load', 10)], 'pass'],
  ['all, and fewer in the control', { beings: twoProcesses }, [asked('before-load', 9), asked('after-load', 10), held(7), released(9)], 'pass'],
  ['none is left', { beings: twoProcesses }, [asked('before-load', 9), asked('after-load', 0)], 'leak'],
  ['several are declared', { limits: { workers: 4 } }, [asked('before-load', 9), asked('after-load', 8)], 'not judged'],
  ['one is declared, whatever else has sessions', { beings: twoProcesses, limits: { workers: 1 } }, [asked('before-load', 9), asked('after-load', 8)], 'leak'],
  ['one has the sockets of the other', { beings: [10, 11].map((pid) => process({ pid, databasePorts: [40_010] })) }, [asked('before-load', 9), asked('after-load', 8)], 'leak'],
])('of several pools it is chance which one a request meets: %s', (_, run, capacities, expected) => {
  expect(invariant.check({ ...timelineOf(run), capacities }).kind).toBe(expected)
})

/** Two places fewer than before the load, found by tries that each ask for one more than they find. */
const missing = (found: (nth: number) => number): readonly Stamped<Capacity>[] => {
  const sent = Array.from({ length: 9 }, () => 9)
  const tries = sent.map((_, nth) => found(nth))
  return [asked('before-load', 10), { ...asked('after-load', ...tries), sent }, { ...released(Math.max(...tries)), tries, sent }]
}
test.each([
  ['now as many and now fewer: chance', missing((nth) => 8 - (nth % 2)), 'not judged'],
  ['the same in every try, which chance hardly finds: it may be one pool that has lost some', missing(() => 8), 'inconclusive'],
] as const)('of several pools fewer are found, %s', (_, capacities, expected) => {
  expect(invariant.check({ ...timelineOf({ beings: twoProcesses }), capacities }).kind).toBe(expected)
})

test('a run that ended early is not blamed for not asking again', () => {
  expect(judged([asked('before-load', 10)], { endedEarly: 'application ended' }).kind).toBe('not judged')
})

test('each lost place is told', () => {
  expect(judged([asked('before-load', 10), asked('after-load', 7, 6, 7)])).toMatchObject({
    sentence: '3 places of the pool are lost: 10 of 10 requests found one at once before the load, 7 after it (7, 6, 7 in 3 tries)',
    survivors: [{ member: { kind: 'place', id: '8' } }, { member: { id: '9' } }, { member: { id: '10' } }],
  })
})

test('where the pool was asked after each cycle, each place was lost under the load after which it was missed first; what comes back was a busy machine', () => {
  const capacities = [asked('before-load', 10), afterCycle(0, 10), afterCycle(1, 10), afterCycle(2, 6), afterCycle(3, 9), afterCycle(5, 7), afterCycle(6, 7), afterCycle(7, 6), asked('after-load', 6)]
  const timeline = { ...timelineOf({}), capacities }
  const { findings, hangs, dose, rate } = judge(timeline, [invariant])
  expect(birthsOf(timeline, hangs, findings)).toEqual([2, 5, 5, 7].map((cycle) => ({ cycle, atMs: null })))
  expect([dose.leftBehind, rate?.events]).toEqual([4, 4])
})

/** A pool of three sessions, used with each load and when its places are asked for, and two that are used no more from a cycle on. */
const pool = (lostIn: readonly number[]) => [
  ...[500, 501, 502].map((pid) => ({ atMs }: { readonly atMs: number }) => session({ pid, usedAtMs: atMs - 400, seenAtMs: epochOf(atMs) })({ atMs })),
  ...lostIn.map((cycle, i) => ({ atMs }: { readonly atMs: number }) => session({ pid: 600 + i, usedAtMs: Math.min(atMs, startOf(cycle) + 700), seenAtMs: epochOf(atMs) })({ atMs })),
]

test('sessions that were not touched while every place was asked for are those of the lost places, if they are as many', () => {
  const capacities = [asked('before-load', 10), asked('after-load', 8)]
  const timeline = { ...timelineOf({ beings: pool([firstMeasured, firstMeasured + 4]) }), capacities }
  const { findings, hangs, dose } = judge(timeline, [invariant])
  expect(hangs.map(({ session: one, bornIn }) => [one?.pid, bornIn])).toEqual([[600, firstMeasured], [601, firstMeasured + 4]])
  expect(birthsOf(timeline, hangs, findings)).toMatchObject([firstMeasured, firstMeasured + 4].map((cycle) => ({ cycle, moment: { epochMs: epochOf(startOf(cycle) + 700), of: 'end' } })))
  expect(dose.leftBehind).toBe(2)
})

test('what a collection has given back was lost until then', () => {
  const { looks } = timelineOf({})
  const capacities = [asked('before-load', 10), asked('after-load', 8), held(8, 8, 8), released(10)]
  expect(judged(capacities, { looks: looks.map((look, i) => (i === looks.length - 1 ? { ...look, reading: 'collected' } : look)) }).kind).toBe('leak')
})

test('a session that rests since before the first request is none of a lost place', () => {
  const listening = ({ atMs }: { readonly atMs: number }) => session({ pid: 400, usedAtMs: Math.min(atMs, startOf(0) - 300), seenAtMs: epochOf(atMs), query: 'LISTEN news' })({ atMs })
  const hangsOf = (lostIn: readonly number[], after: number) => judge({ ...timelineOf({ beings: [listening, ...pool(lostIn)] }), capacities: [asked('before-load', 10), asked('after-load', after)] }, [invariant]).hangs.map(({ session: one }) => one?.pid)
  expect(hangsOf([], 9)).toEqual([])
  expect(hangsOf([firstMeasured], 9)).toEqual([600])
})

test.each([
  ['more of them than lost places: who keeps one for itself is not known', [firstMeasured, 5, 6]],
  ['fewer of them', [firstMeasured]],
])('%s', (_, lostIn) => {
  const capacities = [asked('before-load', 10), asked('after-load', 8)]
  const { hangs, dose } = judge({ ...timelineOf({ beings: pool(lostIn) }), capacities }, [invariant])
  expect([hangs, dose.leftBehind]).toEqual([[], 2])
})

test('a session that was used after its load by a request that asked for a place is none of a lost one', () => {
  const capacities = [asked('before-load', 10), asked('after-load', 9)]
  const { hangs } = judge({ ...timelineOf({ beings: [({ atMs }) => session({ pid: 600, usedAtMs: Math.min(atMs, loadEndOf(7) + 9_800), seenAtMs: epochOf(atMs) })({ atMs })] }), capacities }, [invariant])
  expect(hangs).toEqual([])
})

const of24 = (when: 'before-load' | 'after-load', ...tries: number[]): Stamped<Capacity> => ({ ...asked(when, ...tries), asked: 24 })
const byLocks = (chosenBy: 'scenario' | 'harness') => ({ ...factsOf(), capacity: { paths: ['/parcels'], heldBy: 'locks', chosenBy } }) as const
test.each<[string, Run, readonly Stamped<Capacity>[], string]>([
  ['all are found', {}, [of24('before-load', 10), of24('after-load', 10)], 'pass'],
  ['as many as were asked for: the pool may have more', {}, [asked('before-load', 10), asked('after-load', 10)], 'not judged'],
  ['as many as are declared', { limits: { poolMaxPerProcess: 10 } }, [asked('before-load', 10), asked('after-load', 10)], 'pass'],
  ['all are found, fewer than sessions rested: the request lets only so many through', { beings: pool([]) }, [of24('before-load', 2), of24('after-load', 2)], 'not judged'],
  ['the same, and the third listens by design', { beings: pool([]), limits: { listeners: 1 } }, [of24('before-load', 2), of24('after-load', 2)], 'pass'],
  ['two are missing of those that were asked for, and of a larger pool three sessions rest', { beings: pool([firstMeasured, firstMeasured + 2, firstMeasured + 4]) }, [asked('before-load', 10), asked('after-load', 8)], 'leak'],
  ['two are missing, and two sessions rest while others are waited for', { beings: pool([firstMeasured, firstMeasured + 4]) }, [asked('before-load', 10), asked('after-load', 8)], 'leak'],
  ['one is missing: something may keep it by design since it was asked for first', { beings: pool([firstMeasured]) }, [asked('before-load', 10), asked('after-load', 9)], 'inconclusive'],
  ['two are missing, both by one load', { beings: pool([firstMeasured, firstMeasured]) }, [asked('before-load', 10), asked('after-load', 8)], 'inconclusive'],
  ['two are missing, and nobody knows which', {}, [asked('before-load', 10), asked('after-load', 8)], 'inconclusive'],
  ['two are missing, and one more rests since before they were counted', { beings: pool([0, firstMeasured, firstMeasured + 4]) }, [{ ...asked('before-load', 10), atMs: startOf(1) }, asked('after-load', 8)], 'leak'],
  ['none is found before the load: the request reads no table', {}, [none('before-load'), none('after-load')], 'not judged'],
  ['some never came to the locks', {}, [asked('before-load', 10), { ...asked('after-load', 8), declined: 2 }], 'not judged'],
  ['none rested to be counted', {}, [], 'not judged'],
])('by a request that nobody has named: %s', (_, run, capacities, expected) => {
  expect(invariant.check({ ...timelineOf(run), facts: { ...byLocks('harness'), limits: run.limits ?? {} }, capacities }).kind).toBe(expected)
})

test('a request that is named and does not wait for locks is told as what it is', () => {
  const capacities = [asked('before-load', 10), { ...asked('after-load', 8), declined: 2 }]
  expect(invariant.check({ ...timelineOf({}), facts: byLocks('scenario'), capacities })).toMatchObject({ kind: 'inconclusive', sentence: expect.stringMatching(/^2 of 10 requests for a place were answered in spite of the lock on what they read, .* after the load: they never came to the pool$/) })
})
