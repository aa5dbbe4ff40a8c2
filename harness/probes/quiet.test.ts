import { describe, expect, test } from 'vitest'
import { hungRequest, process, server, session, startOf, zombie, type Being } from '../testing/timeline-of.ts'
import type { Look } from '../timeline/entry.ts'
import type { Member, Session } from '../timeline/member.ts'
import { isLeftover, settle, unquietOf, type SettleOptions } from './quiet.ts'
import type { Sight } from './sampler.ts'

const now = { atMs: startOf(3) + 5_000, cycle: 3, reading: 'untouched' as const }
const seen = (...beings: readonly (Being | readonly Being[])[]): readonly Member[] => beings.flat().flatMap((being) => being(now) ?? [])
const sight = (members: readonly Member[] = [], counters: Record<string, number> = {}): Sight => ({ members, counters, partial: [] })

const slot = (id: string, active = false): Being => () => ({ kind: 'replication-slot', id, active, retainedBytes: 0 })

const idle = sight(seen(server('application'), process({ pid: 10 })))
const left = sight(seen(server('application'), process({ pid: 10 }), zombie({ pid: 11 })))
const busy = sight([], { 'app.clients': 2 })

/** Settles on these sights, the last again and again; the looks that were recorded. */
async function settled(sights: readonly Sight[], options: Partial<SettleOptions> = {}) {
  const looks: Look[] = []
  let nth = 0
  const end = await settle({
    sampler: { look: async () => sights[Math.min(nth++, sights.length - 1)] ?? idle },
    reading: 'untouched',
    record: (look) => looks.push(look),
    inFlight: () => 0,
    deadlineMs: 5_000,
    matureMs: 0,
    signal: AbortSignal.timeout(10_000),
    ...options,
  })
  return { kind: end.kind, looks, last: end.last }
}

describe('settle', () => {
  test('three clean looks are enough, and the one that only sets the CPU clocks is not among them', async () => {
    expect(await settled([idle])).toMatchObject({ kind: 'clean', looks: [{ quiescent: true }, { quiescent: true }, { quiescent: true }] })
  })

  test('three means three in a row', async () => {
    const { looks } = await settled([idle, idle, idle, busy, idle])
    expect(looks.map(({ quiescent }) => quiescent)).toEqual([true, true, false, true, true, true])
  })

  test('what is left is waited for until it could be called left behind', async () => {
    const beganMs = performance.now()
    expect(await settled([left], { matureMs: 700 })).toMatchObject({ kind: 'leftovers', last: { quiescent: true } })
    expect(performance.now() - beganMs).toBeGreaterThan(690)
  })

  test('what is left is waited for also beyond the deadline, which is for quiet: a declared time-out may be long', async () => {
    expect(await settled([left], { matureMs: 900, deadlineMs: 300 })).toMatchObject({ kind: 'leftovers' })
    expect((await settled([...Array(5).fill(left), idle], { matureMs: 2_000, deadlineMs: 300 })).kind).toBe('clean')
  })

  test('what the application runs by design is waited for neither as a query nor as its transaction', async () => {
    const polling = sight(seen(server('application'), session({ pid: 20, state: 'active', transactionAgeMs: 40 })))
    expect(await settled([polling], { unexpectedQueries: () => [], matureMs: 2_000 })).toMatchObject({ kind: 'clean', last: { quiescent: true } })
    expect(await settled([polling], { deadlineMs: 400 })).toMatchObject({ kind: 'unquiet' })
  })

  test('a replication slot that was there before the load is not waited for, and another is', async () => {
    const slots = sight(seen(server('application'), slot('replica')))
    expect(await settled([slots], { slotsBefore: new Set(['replica']), matureMs: 2_000 })).toMatchObject({ kind: 'clean' })
    expect(await settled([slots], { matureMs: 300 })).toMatchObject({ kind: 'leftovers' })
  })

  test('what is left and goes in time was none of it', async () => {
    expect((await settled([left, left, left, idle], { matureMs: 2_000 })).kind).toBe('clean')
  })

  test('no quiet by the deadline is told with its reason on every look', async () => {
    const { kind, looks } = await settled([busy], { deadlineMs: 400 })
    expect(kind).toBe('unquiet')
    expect(new Set(looks.map(({ unquiet }) => unquiet))).toEqual(new Set(['2 client connections open']))
  })

  test('an unquiet application is not looked at again and again: a look may be long', async () => {
    const { looks } = await settled([busy], { deadlineMs: 3_000 })
    expect(looks.length).toBeLessThan(9)
  })

  test('waiting in vain ends at once', async () => {
    expect(await settled([busy], { isFutile: () => true })).toMatchObject({ kind: 'unquiet' })
  })

  test('an abort ends it', async () => {
    const interrupt = new AbortController()
    setTimeout(() => interrupt.abort(new Error('interrupted')), 50)
    await expect(settled([busy], { signal: interrupt.signal })).rejects.toThrow(/interrupted|aborted/)
  })
})

describe('quiet', () => {
  const working = (cpuMs: number) => sight(seen(server('application'), process({ pid: 10, cpuMs: 400 + cpuMs })))
  const then = { sight: working(0), atMs: 0 }
  test.each<[string, Sight, number, number, RegExp]>([
    ['nobody at work', working(0), 150, 0, /^quiet$/],
    ['a probe that gave no answer', { ...idle, partial: [{ probe: 'postgres', reason: 'cut' }] }, 150, 0, /^no answer from postgres: cut$/],
    ['a request in flight', idle, 150, 1, /^1 requests in flight$/],
    ['a client still connected', busy, 150, 0, /^2 client connections open$/],
    ['a query that runs', sight(seen(session({ pid: 20, state: 'active' }))), 150, 0, /^1 queries running: SELECT \?$/],
    ['a query of the control’s, which is to be found', sight(seen(process({ pid: 90, control: 'planted', databasePorts: [40_020] }), session({ pid: 20, state: 'active' }))), 150, 0, /^quiet$/],
    ['a query of a worker’s, beside one of the control’s', sight(seen(process({ pid: 90, control: 'planted', databasePorts: [40_020] }), process({ pid: 91, databasePorts: [40_021] }), session({ pid: 20, state: 'active' }), session({ pid: 21, state: 'active' }))), 150, 0, /^1 queries running: SELECT \?$/],
    ['an application that computes', working(120), 1_000, 0, /^the application uses 12 % of a core$/],
    ['two ticks of its clock, however close the looks', working(20), 50, 0, /^quiet$/],
    ['a runtime that wakes for its timers', working(60), 1_000, 0, /^quiet$/],
  ])('%s', (_, at, afterMs, inFlight, expected) => {
    expect(unquietOf(at, then, afterMs, inFlight)?.unquiet ?? 'quiet').toMatch(expected)
  })

  test('streams that were open before the load are no sign of it, and one more is', () => {
    expect(unquietOf(busy, then, 150, 0, 2)).toBeNull()
    expect(unquietOf(busy, then, 150, 0, 1)).toEqual({ unquietBy: 'clients', unquiet: '2 client connections open, 1 before the load' })
  })

  test('queries that the application runs by design are no sign of work, and others are', () => {
    const members = seen(session({ pid: 20, state: 'active', query: 'SELECT poll()' }), session({ pid: 21, state: 'active', query: 'SELECT 2' }))
    const unexpectedQueries = (running: readonly Session[]) => running.filter(({ query }) => query !== 'SELECT poll()')
    expect(unquietOf(sight(members), then, 150, 0, 0, unexpectedQueries)).toEqual({ unquietBy: 'queries', unquiet: '1 queries running: SELECT ?' })
    expect(unquietOf(sight(members.slice(0, 1)), then, 150, 0, 0, unexpectedQueries)).toBeNull()
  })

  test('a first look proves no rest', () => {
    expect(unquietOf(idle, null, 0, 0)).toMatchObject({ unquietBy: 'first look' })
  })
})

test.each<[string, boolean, readonly Member[]]>([
  ['a pooled idle session', false, seen(session({ pid: 20 }))],
  ['a worker', false, seen(process({ pid: 10 }))],
  ['a hung request and its session', true, seen(hungRequest({ cycle: 3 }))],
  ['a zombie', true, seen(zombie({ pid: 11 }))],
  ['an advisory lock', true, seen(session({ pid: 21, advisoryLocks: 1 }))],
  ['a socket in CLOSE_WAIT', true, seen(process({ pid: 12, closeWait: 1 }))],
  ['a replication slot that nobody reads', true, seen(slot('changes'))],
  ['one in use', false, seen(slot('replica', true))],
])('%s: left over %s', (_, expected, members) => {
  expect(members.length).toBeGreaterThan(0)
  expect(members.every(isLeftover)).toBe(expected)
})
