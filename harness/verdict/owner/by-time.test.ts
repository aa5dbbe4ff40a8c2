import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { epochOf, factsOf, openTransaction, process, session, startOf, timelineOf, zombie } from '../../testing/timeline-of.ts'
import type { Happening } from '../../timeline/entry.ts'
import { beginFold } from '../../timeline/fold.ts'
import type { Timeline } from '../../timeline/timeline.ts'
import type { Birth } from '../births.ts'
import { judge } from '../judge.ts'
import { loadInvariants } from '../load-invariants.ts'
import { momentOf } from '../moments.ts'
import { timesOf } from './by-time.ts'
import { ownerOf } from './owner.ts'
import { rateOf } from '../rate.ts'

const invariants = await loadInvariants()

type Timed = Happening & { readonly atMs: number }
/** Requests of a route in one cycle: milliseconds from the load's start, and how long each lasted. */
type Sent = { readonly every: number; readonly lasts: number; readonly from?: number; readonly n: number; readonly unrecorded?: number }

const loadOf = (cycle: number, routes: Readonly<Record<string, Sent>>): readonly Timed[] =>
  Object.entries(routes).flatMap(([route, { every, lasts, from = 0, n, unrecorded = 0 }]): readonly Timed[] => [
    { kind: 'load', cycle, route, started: n + unrecorded, counted: n, unexpected: 0, timedOut: 0, broken: 0, p50Ms: 1, p99Ms: 1, maxMs: 1, atMs: startOf(cycle) + 9_000 },
    { kind: 'requests', cycle, route, fromMs: epochOf(startOf(cycle) + from), spans: Array.from({ length: n }, (_, i) => [i === 0 ? 0 : every, lasts]).flat(), complete: unrecorded === 0, atMs: startOf(cycle) + 9_500 },
  ])

const bornAt = (cycle: number, ...afterMs: readonly number[]): readonly Birth[] => afterMs.map((ms) => ({ cycle, atMs: startOf(cycle) + ms, moment: { epochMs: epochOf(startOf(cycle) + ms), withinMs: 2, of: 'start' } }))

const lastUsedAt = (cycle: number, ...afterMs: readonly number[]): readonly Birth[] => bornAt(cycle, ...afterMs).map((birth) => ({ ...birth, moment: { ...birth.moment!, of: 'end' } }))

const ownerBy = (routes: Readonly<Record<string, Sent>>, births: readonly Birth[], cycles: readonly number[] = [5]) => {
  const timeline = timelineOf({ also: cycles.flatMap((cycle) => loadOf(cycle, routes)) })
  return ownerOf(timeline, [], births, rateOf(timeline, births))
}

// In ten seconds of load: always one of `list` in flight; ten of `buy`, one a second, 50 ms each.
const list: Sent = { every: 20, lasts: 25, n: 495 }
const buy: Sent = { every: 1_000, lasts: 50, from: 500, n: 10 }

describe('the moments at which things were left name', () => {
  test.each<[claim: string, routes: Readonly<Record<string, Sent>>, births: readonly Birth[], expected: object]>([
    ['a rare route, of which one was in flight each time', { list, buy }, bornAt(5, 510, 2_530, 4_549), { kind: 'time', route: 'buy', sentence: expect.stringMatching(/^buy: all 3 were left while one of its requests was in flight, which is so 5 % of the time \(probability 99 %\)$/) }],
    ['none, by a single one', { list, buy }, bornAt(5, 510), { kind: 'one of', routes: [{ route: 'buy' }, { route: 'list' }] }],
    ['a rare route, in spite of one that was not', { list, buy }, bornAt(5, 510, 2_530, 4_549, 5_520, 7_000), { kind: 'time', route: 'buy', sentence: expect.stringMatching(/^buy: 4 of 5 were left while/) }],
    ['a frequent one, where the rare were hardly ever in flight', { list, buy }, bornAt(5, 1_700, 2_800, 3_900, 4_300, 5_800, 6_800, 7_900, 8_300, 9_200), { kind: 'time', route: 'list', sentence: expect.stringMatching(/^list: all 9 .* which is so 100 % of the time/) }],
    ['a route whose server goes on after its client has gone', { list, buy }, bornAt(5, 570, 1_600, 2_610, 3_580, 6_575), { kind: 'time', route: 'buy', sentence: expect.stringMatching(/^buy: all 5 were left while one of its requests was in flight or had ended within 0.1 s, which is so 16 % of the time/) }],
    ['a route by what its long requests leave as they start', { list, slow: { every: 400, lasts: 390, n: 25 } }, bornAt(5, 3, 1_202, 2_804, 6_005, 8_002), { kind: 'time', route: 'slow', sentence: expect.stringMatching(/^slow: all 5 were left within 20 ms of the beginning of one of its requests, which is so 6 % of the time/) }],
    ['a route whose long requests use what they leave as they start, and never again, beside short ones', { live: { every: 700, lasts: 300, n: 14 }, save: { every: 60, lasts: 30, n: 160 } }, lastUsedAt(5, 1_405, 2_105, 3_505, 4_205, 5_605, 6_305), { kind: 'time', route: 'live' }],
    ['a rare route beyond the recorded part of another', { list: { ...list, n: 100, unrecorded: 395 }, buy }, bornAt(5, 4_520, 6_530, 8_549), { kind: 'time', route: 'buy' }],
    ['none, by what several requests left together as they met', { handoff: { every: 1, lasts: 5_000, n: 15 }, scan: { every: 40, lasts: 60, n: 2 } }, bornAt(5, 45, 46, 46, 47, 47), { kind: 'one of' }],
    ['none of two beyond the recorded part of both', { list: { ...list, n: 100, unrecorded: 395 }, look: { ...list, from: 7, n: 100, unrecorded: 395 } }, bornAt(5, 4_520, 6_530, 8_549), { kind: 'one of', sentence: expect.stringMatching(/^one of (list|look) \(50 %\) and (list|look) \(49 %\), by their doses over the cycles and the moments at which 3 were left$/) }],
    ['none, where clocks differ and nothing was in flight', { list: { ...list, n: 50 }, buy: { ...buy, n: 1 } }, bornAt(5, 20_000, 21_000, 22_000).map((birth) => ({ ...birth, cycle: 5 })), { kind: 'one of' }],
    ['a route by what is known, and tell how much is', { list, buy }, [...bornAt(5, 510, 2_530, 4_549), { cycle: 5, atMs: null }], { kind: 'time', route: 'buy', sentence: expect.stringMatching(/^buy: all 3 of 4 whose moment is known were left/) }],
  ])('%s', (_, routes, births, expected) => {
    expect(ownerBy(routes, births)).toMatchObject(expected)
  })

  test('what neither they nor the doses tell alone, together', () => {
    const timeline = timelineOf({ also: [...loadOf(4, { list, buy: { ...buy, n: 4 } }), ...loadOf(5, { list: { ...list, n: 400 }, buy })] })
    const births = [...bornAt(5, 2_530, 4_549), { cycle: 5, atMs: null }, { cycle: 5, atMs: null }]
    const by = (some: readonly Birth[]) => ownerOf(timeline, [], some, rateOf(timeline, some))
    expect(by(births)).toMatchObject({ kind: 'time', route: 'buy', sentence: expect.stringMatching(/^buy: all 2 of 4 whose moment is known were left/) })
    expect(by(births.map(({ cycle }) => ({ cycle, atMs: null })))).toMatchObject({ kind: 'one of' })
  })
})

test('the route that alone is in flight whenever something is left is the owner, whatever else is sent at other times', () => {
  const other = fc.record({ atMs: fc.nat({ max: 9_900 }), lasts: fc.integer({ min: 1, max: 90 }) })
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat({ max: 9 }), { minLength: 5, maxLength: 9 }), fc.array(other, { minLength: 1, maxLength: 60 }), fc.array(other, { maxLength: 60 }), fc.integer({ min: 1, max: 28 }), (slots, some, more, into) => {
      const births = bornAt(5, ...slots.map((slot) => 500 + slot * 1_000 + into))
      // At other times: no request of another route touches one of the owner's, even if the clocks differ as much as they may.
      const apart = (all: readonly { atMs: number; lasts: number }[]) => all.map(({ atMs, lasts }) => ({ atMs: Math.floor(atMs / 1_000) * 1_000 + 540 + (atMs % 360), lasts })).toSorted((a, b) => a.atMs - b.atMs)
      const times = (others: readonly { atMs: number; lasts: number }[]) => {
        const [first] = others
        const spans = others.flatMap(({ atMs, lasts }, i) => [atMs - (others[i - 1]?.atMs ?? atMs), lasts])
        const timeline = timelineOf({ also: [...loadOf(5, { buy: { ...buy, lasts: 30 } }), { kind: 'load', cycle: 5, route: 'other', started: others.length, counted: 0, unexpected: 0, timedOut: 0, broken: 0, p50Ms: 1, p99Ms: 1, maxMs: 1, atMs: startOf(5) + 9_000 }, { kind: 'requests', cycle: 5, route: 'other', fromMs: epochOf(startOf(5) + (first?.atMs ?? 0)), spans, complete: true, atMs: startOf(5) + 9_600 }] })
        return { owner: ownerOf(timeline, [], births, rateOf(timeline, births)), log: timesOf(timeline, births)?.logOf('buy') ?? Number.NaN }
      }
      const before = times(apart(some))
      const after = times(apart([...some, ...more]))
      expect(before.owner).toMatchObject({ kind: 'time', route: 'buy' })
      expect(after.owner).toMatchObject({ kind: 'time', route: 'buy' })
      // They may make the load a little longer, which changes only the share of odd moments.
      expect(Math.abs(after.log - before.log)).toBeLessThan(0.01 * births.length)
    }),
    { numRuns: 60 },
  )
})

describe('a moment is carried', () => {
  const timeline = timelineOf()
  const at = startOf(6)
  const seen = (member: ReturnType<typeof session>, atMs = at) => member({ atMs })
  const seenAtMs = epochOf(at)
  test.each<[string, ReturnType<typeof session>, number | null]>([
    ['by a transaction: its start', openTransaction({ pid: 1, begunAtMs: startOf(5) + 700, seenAtMs }), startOf(5) + 700],
    ['by an idle session that later loads passed over: its last use', session({ pid: 1, usedAtMs: startOf(4) + 700, seenAtMs }), startOf(4) + 700],
    ['by an idle session that was used in the load that opened it', session({ pid: 1, fromMs: startOf(7) + 600, usedAtMs: startOf(7) + 700, seenAtMs: epochOf(startOf(7) + 900) }), startOf(7) + 700],
    ['not by one that the last load has used as well as others', session({ pid: 1, usedAtMs: startOf(7) + 700, seenAtMs: epochOf(startOf(7) + 900) }), null],
    ['not by one with a lock, which its pool goes on using', session({ pid: 1, usedAtMs: startOf(4) + 700, advisoryLocks: 1, seenAtMs }), null],
    ['not by a session of an older record', openTransaction({ pid: 1, begunAtMs: startOf(5) + 700 }), null],
    ['by a process: its start', zombie({ fromMs: startOf(5) + 700 }), startOf(5) + 700],
    ['by a prepared transaction', () => ({ kind: 'prepared-transaction', id: 'x', owner: 'app', ageMs: 300, seenAtMs }), at - 300],
  ])('%s', (_, being, expected) => {
    const member = seen(being, expected !== null && expected > at ? startOf(7) + 900 : at) ?? seen(being, startOf(7) + 900)
    const moment = member === null ? null : momentOf(timeline, member)
    expect(moment === null ? null : moment.epochMs - epochOf(0)).toBe(expected)
  })
})

describe('a run', () => {
  const leaky = [500, 2_510, 4_540].map((ms, i) => openTransaction({ pid: 800 + i, fromMs: startOf(5) + ms, relationLocks: 1, clientPort: 40_800 + i }))
  const withClock = leaky.map((being): typeof being => (moment) => {
    const member = being(moment)
    return member?.kind === 'session' ? { ...member, seenAtMs: epochOf(moment.atMs) } : member
  })
  const app = process({ pid: 80, databasePorts: [40_800, 40_801, 40_802] })
  const also = loadOf(5, { list, buy })

  test('is told its owner by the moments that its sessions carry', () => {
    expect(judge(timelineOf({ beings: [app, ...withClock], also }), invariants).owner).toMatchObject({ kind: 'time', route: 'buy' })
  })

  test('of an older record is judged as before: without the clock of its sessions, and without its requests’ times', () => {
    const told = { kind: 'one of', sentence: 'any of 2 routes: their doses over the cycles do not tell them apart' }
    expect(judge(timelineOf({ beings: [app, ...leaky], also }), invariants).owner).toMatchObject(told)
    expect(judge(timelineOf({ beings: [app, ...withClock], also: also.filter(({ kind }) => kind !== 'requests') }), invariants).owner).toMatchObject(told)
  })
})

test('a night of 840,000 recorded requests and a thousand things left is weighed in a second', () => {
  const fold = beginFold(factsOf())
  let n = 0
  const births: Birth[] = []
  for (let cycle = 0; cycle < 1_600; cycle += 1) {
    const kept = Math.floor(1_000 / (1 + cycle / 64))
    const atMs = cycle * 18_000
    fold.add({ kind: 'phase', phase: 'cycle', edge: 'start', cycle, atMs, n: n++ })
    for (const route of ['a', 'b', 'c', 'd']) {
      fold.add({ kind: 'load', cycle, route, started: 4_000, counted: 4_000, unexpected: 0, timedOut: 0, broken: 0, p50Ms: 1, p99Ms: 1, maxMs: 1, atMs, n: n++ })
      fold.add({ kind: 'requests', cycle, route, fromMs: epochOf(atMs), spans: Array.from({ length: kept }, () => [4, 12]).flat(), complete: false, atMs: atMs + 16_000, n: n++ })
    }
    if (cycle % 2 === 0) births.push({ cycle, atMs: atMs + 100, moment: { epochMs: epochOf(atMs + 100), withinMs: 2, of: 'start' } })
  }
  const timeline: Timeline = fold.timeline()
  const beganMs = performance.now()
  expect(timesOf(timeline, births)?.dated).toBe(800)
  expect(performance.now() - beganMs).toBeLessThan(1_000)
})
