import { expect, test } from 'vitest'
import { type Being, epochOf, process, session, startOf, timelineOf } from '../testing/timeline-of.ts'
import type { Happening } from '../timeline/entry.ts'
import type { Session } from '../timeline/member.ts'
import { birthsOf } from './births.ts'
import { judge } from './judge.ts'
import { loadInvariants } from './load-invariants.ts'

const invariants = await loadInvariants()

/** Requests of each route at regular times, one after the other; each lasts 20 ms. */
const requests = (routes: Readonly<Record<string, number>>): readonly (Happening & { readonly atMs: number })[] =>
  Array.from({ length: 8 }, (_, cycle) =>
    Object.entries(routes).flatMap(([route, everyMs]): (Happening & { readonly atMs: number })[] => {
      const started = Math.floor(9_000 / everyMs)
      return [
        { kind: 'load', cycle, route, started, counted: started, unexpected: 0, timedOut: 0, broken: 0, p50Ms: 20, p99Ms: 20, maxMs: 20, atMs: startOf(cycle) + 9_900 },
        { kind: 'requests', cycle, route, fromMs: epochOf(startOf(cycle) + everyMs), spans: Array.from({ length: started }, (__, i) => [i === 0 ? 0 : everyMs, 20]).flat(), complete: true, atMs: startOf(cycle) + 9_950 },
      ]
    }),
  ).flat()

/** A pooled session, in use with every load, on which locks are left at these moments; the monitor beats five times a second. */
const keeping = (takenMs: readonly number[]): Being => (moment) => {
  const held = takenMs.filter((atMs) => atMs <= moment.atMs)
  const locksTaken = held.map((atMs) => ({ afterMs: epochOf(atMs - 120), byMs: epochOf(atMs + 80) }))
  return session({ pid: 500, usedAtMs: moment.atMs - 500, seenAtMs: epochOf(moment.atMs), advisoryLocks: held.length, ...(held.length > 0 && { locksTaken }) } satisfies Partial<Session> & { readonly pid: number; readonly usedAtMs: number })(moment)
}

const seldom = 1_500
const mix = { list: 60, sorting: seldom }
/** During the nth request of the seldom route in a cycle. */
const duringSorting = (cycle: number, nth: number): number => startOf(cycle) + nth * seldom + 8

test('locks that several requests left on one session are as many things, each in the cycle in which it showed first', () => {
  const { dose, rate } = judge(timelineOf({ beings: [keeping([duringSorting(3, 1), duringSorting(5, 2), duringSorting(6, 4)])] }), invariants)
  expect([dose.leftBehind, rate?.events]).toEqual([3, 3])
})

test('the route whose requests were in flight when they showed first is named, though the session has been used by all since', () => {
  const taken = [[3, 1], [5, 2], [6, 1], [6, 4]].map(([cycle = 0, nth = 0]) => duringSorting(cycle, nth))
  expect(judge(timelineOf({ beings: [keeping(taken)], also: requests(mix) }), invariants).owner).toMatchObject({ kind: 'time', route: 'sorting' })
})

test('at moments of no such request it is not named', () => {
  const taken = [3, 5, 6, 6].map((cycle, i) => startOf(cycle) + (i + 1) * seldom + 700)
  expect(judge(timelineOf({ beings: [keeping(taken)], also: requests(mix) }), invariants).owner).not.toMatchObject({ route: 'sorting' })
})

test('a lock that was taken before the load is its leader’s, and one of the load is left alone', () => {
  const { dose } = judge(timelineOf({ beings: [keeping([4_000, duringSorting(5, 2)])] }), invariants)
  expect(dose.leftBehind).toBe(1)
})

/** A front end in which a socket is left half closed at each of these moments. Beats count them five times a second. */
const halfClosing = (atMs: readonly number[]): { readonly beings: readonly Being[]; readonly beats: readonly (Happening & { readonly atMs: number })[] } => ({
  beings: [(moment) => process({ pid: 10, closeWait: atMs.filter((one) => one <= moment.atMs).length })(moment)],
  beats: Array.from({ length: startOf(8) / 200 }, (_, i) => ({ kind: 'beat', counters: { 'app.close-wait': atMs.filter((one) => one <= 200 * i).length }, atMs: 200 * i })),
})

test('the route whose requests were in flight when sockets were left half closed is named', () => {
  const { beings, beats } = halfClosing([[3, 1], [5, 2], [6, 1], [6, 4], [6, 5]].map(([cycle = 0, nth = 0]) => duringSorting(cycle, nth)))
  const { dose, owner } = judge(timelineOf({ beings, also: [...requests(mix), ...beats] }), invariants)
  expect([dose.leftBehind, owner]).toMatchObject([5, { kind: 'time', route: 'sorting' }])
})

test('sockets that the next load takes away are left by each: all of them are counted, by the load that left them', () => {
  const left = [3, 5, 5, 6, 6, 6, 6, 7]
  const at = (atMs: number): number => left.filter((cycle) => startOf(cycle) + 4_000 <= atMs && atMs < startOf(cycle + 1) + 1_000).length
  const beats = Array.from({ length: startOf(8) / 200 }, (_, i): Happening & { readonly atMs: number } => ({ kind: 'beat', counters: { 'app.close-wait': at(200 * i) }, atMs: 200 * i }))
  const timeline = timelineOf({ beings: [(moment) => process({ pid: 10, closeWait: at(moment.atMs) })(moment)], also: beats })
  const { dose, hangs, findings } = judge(timeline, invariants)
  const births = birthsOf(timeline, hangs, findings.filter(({ kind }) => kind === 'leak'))
  expect([dose.leftBehind, births.map(({ cycle }) => cycle)]).toEqual([8, left])
})

test('where beats do not count them they are dated by the rests, and several routes may have left them', () => {
  const { beings } = halfClosing([[3, 1], [5, 2], [6, 1], [6, 4], [6, 5]].map(([cycle = 0, nth = 0]) => duringSorting(cycle, nth)))
  const { dose, owner } = judge(timelineOf({ beings, also: requests(mix) }), invariants)
  expect([dose.leftBehind, owner?.kind]).toEqual([5, 'one of'])
})

test('sockets that are left half closed as a load ends were kept alive: any of its requests may have left them', () => {
  // The last requests of both routes end together with the load.
  const { beings, beats } = halfClosing([3, 5, 6, 7].map((cycle) => duringSorting(cycle, 6)))
  const { dose, owner } = judge(timelineOf({ beings, also: [...requests(mix), ...beats] }), invariants)
  expect([dose.leftBehind, owner?.kind]).toEqual([4, 'one of'])
})

test('a lock that may have been taken anew under later loads was left by the first that it rested after', () => {
  const taken = { afterMs: epochOf(duringSorting(3, 1)), byMs: epochOf(duringSorting(6, 1)) }
  const keepsOne: Being = (moment) => session({ pid: 500, usedAtMs: moment.atMs - 500, seenAtMs: epochOf(moment.atMs), ...(moment.atMs > duringSorting(3, 1) && { advisoryLocks: 1, locksTaken: [taken] }) })(moment)
  const timeline = timelineOf({ beings: [keepsOne] })
  const { hangs, findings } = judge(timeline, invariants)
  expect(birthsOf(timeline, hangs, findings.filter(({ kind }) => kind === 'leak'))).toMatchObject([{ cycle: 3 }])
})

test('so was one that beats have seen to be given back under a later load and taken anew', () => {
  const takenIn = (cycle: number) => ({ afterMs: epochOf(duringSorting(cycle, 1) - 120), byMs: epochOf(duringSorting(cycle, 1) + 80) })
  const keepsTwo: Being = (moment) => session({ pid: 500, usedAtMs: moment.atMs - 500, seenAtMs: epochOf(moment.atMs), ...(moment.atMs > duringSorting(3, 1) && { advisoryLocks: 2, locksTaken: [takenIn(3), takenIn(6)] }) })(moment)
  const timeline = timelineOf({ beings: [keepsTwo] })
  const { hangs, findings } = judge(timeline, invariants)
  const births = birthsOf(timeline, hangs, findings.filter(({ kind }) => kind === 'leak'))
  expect(births).toMatchObject([{ cycle: 3 }, { cycle: 3 }])
  for (const { moment } of births) expect(moment?.withinMs).toBeGreaterThan(0)
})
