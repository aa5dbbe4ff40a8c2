import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { grownAt, growths, leaks, ruleOf, temporaryTable, vanishing } from '../testing/leaks.ts'
import { looking } from '../testing/looking.ts'
import { lookAlikes, together } from '../testing/look-alikes.ts'
import { type Being, entriesOf, epochOf, factsOf, firstMeasured, fold, process, type Run, server, session, startOf, timelineOf } from '../testing/timeline-of.ts'
import type { Entry } from '../timeline/entry.ts'
import type { Member, Process, Session } from '../timeline/member.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { judge } from './judge.ts'
import { loadInvariants } from './load-invariants.ts'

vi.setConfig({ testTimeout: 30_000 })

const invariants = await loadInvariants()
const verdictOf = (timeline: Timeline) => judge(timeline, invariants).verdict

/** Runs by name, so that a counterexample can be read. */
type Case = { readonly alike: readonly string[]; readonly leaks: readonly (readonly [name: string, cycle: number])[]; readonly growths?: readonly string[]; readonly broken: string | null }

const broken: Readonly<Record<string, Run>> = {
  'no control': { controls: 'none' },
  'nothing counted': { delivered: () => ({ counted: 0 }) },
  'never quiet': { unquiet: () => '1 queries running' },
  'two looks each': { looks: 2 },
  'a restart': { beings: [server('cluster', { restartedAtMs: startOf(5) })] },
  'a blind probe': { also: [{ kind: 'blind', probe: 'postgres', reason: 'cut', atMs: startOf(4) }] },
}

const runOf = ({ alike, leaks: names, growths: grown = [], broken: how }: Case): Run =>
  [
    ...alike.map((name) => lookAlikes[name] ?? {}),
    ...names.map(([name, cycle], nth) => leaks[name]?.(cycle, nth) ?? {}),
    ...grown.map((name, nth) => growths[name]?.(nth) ?? {}),
    (how !== null && broken[how]) || {},
  ].reduce<Run>(together, {})

const alike = fc.uniqueArray(fc.constantFrom(...Object.keys(lookAlikes)), { maxLength: 4 })
const someLeaks = fc.array(fc.tuple(fc.constantFrom(...Object.keys(leaks)), fc.nat({ max: 7 })), { minLength: 1, maxLength: 5 })
const healthy = fc.record<Case>({ alike, leaks: fc.constant([]), broken: fc.constant(null) })
// Where healthy transactions take seconds, one that began in the last cycle of such a short run is too young to be blamed.
const quickAlike = alike.map((names) => names.filter((name) => !name.startsWith('H09')))
const leaking = fc.record<Case>({ alike: quickAlike, leaks: someLeaks, broken: fc.option(fc.constantFrom(...Object.keys(broken).filter((how) => how !== 'two looks each'))) }).filter(({ leaks: names, broken: how }) => names.some(([name]) => canBeFound(name, how)))
const someGrowths = fc.uniqueArray(fc.constantFrom(...Object.keys(growths)), { minLength: 1, maxLength: 3 })
const inconclusive = fc.record<Case>({ alike, leaks: fc.constant([]), broken: fc.constantFrom(...Object.keys(broken)) })

describe('look-alikes', () => {
  test('any of them together are no leak, at no rest of the run', () => {
    fc.assert(
      fc.property(healthy, (which) => {
        const run = runOf(which)
        for (const timeline of atEveryRest(run)) expect(verdictOf(timeline)).not.toBe('leak')
        expect(verdictOf(timelineOf(run))).toBe('pass')
      }),
      { numRuns: 40 },
    )
  })

  test('never hide a leak, nor does anything that makes a run inconclusive', () => {
    fc.assert(fc.property(leaking, (run) => {
        expect(unfound(run)).toEqual([])
      }))
  })

  test('never hide what grows with the dose, nor does another leak', () => {
    fc.assert(
      fc.property(quickAlike, someGrowths, fc.option(someLeaks, { nil: [] }), (names, grown, more) => {
        expect(unfound({ alike: names, leaks: more, growths: grown, broken: null })).toEqual([])
      }),
      { numRuns: 60 },
    )
  })
})

/** If no request was answered, no load has passed over a session whose transaction is aborted. */
function canBeFound(name: string, broken: string | null): boolean {
  return name !== 'an aborted transaction' || broken !== 'nothing counted'
}

/** Leaks of the run that the invariants that should find them do not find. */
function unfound(which: Case): readonly string[] {
  const { verdict, findings } = judge(timelineOf(runOf(which)), invariants)
  const convicting = new Set(findings.flatMap(({ kind, invariant }) => (kind === 'leak' ? [invariant] : [])))
  return [...which.leaks.map(([name]) => name), ...(which.growths ?? [])].filter((name) => canBeFound(name, which.broken) && (verdict !== 'leak' || !convicting.has(ruleOf[name] ?? '')))
}

test('these runs are made of every kind of member that a look can show, and of half-closed, vanished and locked ones', () => {
  const made = [...Object.values(lookAlikes), ...Object.values(leaks).map((leak) => leak(firstMeasured, 0)), ...Object.values(growths).map((growth) => growth(0))]
  const members = made.flatMap((run) => timelineOf({ ...run, controls: 'none' }).looks.flatMap((look) => look.members))
  const kinds = { session: true, 'logged-session': true, process: true, 'prepared-transaction': true, 'replication-slot': true, 'temporary-table': true, table: true, server: true } satisfies Record<Exclude<Member['kind'], 'place' | 'other'>, true>
  expect(new Set(members.map(({ kind }) => kind))).toEqual(new Set(Object.keys(kinds)))
  for (const is of [
    (one: Member) => one.kind === 'process' && one.closeWait > 0,
    (one: Member) => one.kind === 'process' && (one.vanishedClients ?? 0) > 0,
    (one: Member) => one.kind === 'process' && one.state === 'Z',
    (one: Member) => one.kind === 'process' && one.request !== null,
    (one: Member) => one.kind === 'session' && one.advisoryLocks > 0,
    (one: Member) => one.kind === 'session' && one.state === 'idle in transaction (aborted)',
  ])
    expect(members.some(is)).toBe(true)
})

describe('more survivors never turn a leak into a pass', () => {
  test('whatever is left besides', () => {
    fc.assert(
      fc.property(leaking, someLeaks, alike, (run, more, besides) => {
        expect(unfound({ ...run, leaks: [...run.leaks, ...more], alike: [...new Set([...run.alike, ...besides.filter((name) => !name.startsWith('H09'))])] })).toEqual([])
      }),
      { numRuns: 40 },
    )
  })

  test.each(Object.keys(leaks))('nor does more of the same: %s', (name) => {
    for (const n of [2, 5]) expect(unfound({ alike: [], leaks: Array.from({ length: n }, () => [name, firstMeasured]), broken: null })).toEqual([])
  })

  /** Leaks that are found only by what the application declares, or by how many processes have a pool. */
  const byDeclaration: Readonly<Record<string, Run>> = {
    'idle sessions beyond the pool': { ...owning(50, [0, 0, 1, 3, 3, 5, 5, 6, 6, 6, 6, 7].map((cycle, i) => session({ pid: 900 + i, fromMs: startOf(cycle) + 100 }))), limits: { poolMaxPerProcess: 8 } },
    'the same behind a proxy, where no port matches': { beings: [process({ pid: 50 }), ...[0, 0, 1, 3, 3, 5, 5, 6, 6, 6, 6, 7].map((cycle, i) => session({ pid: 900 + i, fromMs: startOf(cycle) + 100 }))], limits: { poolMaxPerProcess: 8 } },
    'sessions that never ran a query, beyond the pool': { ...owning(50, [0, 0, 3, 5, 5, 6, 6, 6, 6, 7].map((cycle, i) => session({ pid: 900 + i, fromMs: startOf(cycle) + 100, ...(i > 1 && { queryAgeMs: null, query: '' }) }))), limits: { poolMaxPerProcess: 5 } },
    'forgotten sessions, hidden by those that are closed': { ...owning(50, [...[0, 1, 2, 3, 4, 5, 6, 7].map((cycle) => session({ pid: 800 + cycle, fromMs: startOf(cycle) + 200, untilMs: startOf(cycle + 1) })), ...[3, 5, 5, 6].map((cycle, i) => session({ pid: 900 + i, fromMs: startOf(cycle) + 300 }))]), limits: { poolMaxPerProcess: 2 } },
    'a worker that went': { beings: [process({ pid: 51 }), process({ pid: 52, untilMs: startOf(5) })], limits: { workers: 2 } },
    'a lost place of a pool whose processes nobody has counted': { ...owning(50, [session({ pid: 900 })]), also: leaks['a lost place of the pool']?.(0, 0).also },
  }
  /** Things that stay and are no leak by themselves. */
  const besides: Readonly<Record<string, (cycle: number, nth: number) => Run>> = {
    'a child': (cycle, nth) => ({ beings: [process({ pid: 60 + nth, parentPid: 50, command: 'git gc', fromMs: startOf(cycle) + 900 })] }),
    'a child with a session of its own': (cycle, nth) => owning(70 + nth, [session({ pid: 1_900 + nth, fromMs: startOf(cycle) + 900 })], { parentPid: 50, fromMs: startOf(cycle) + 900 }),
    'an idle session': (cycle, nth) => ({ beings: [session({ pid: 1_800 + nth, fromMs: startOf(cycle) + 900 })] }),
  }
  test.each(Object.entries(byDeclaration))('nor do %s, by what seems to give them more room', (_, run) => {
    expect(verdictOf(timelineOf(run))).toBe('leak')
    const makers = { ...besides, ...leaks }
    const more = fc.array(fc.tuple(fc.constantFrom(...Object.keys(makers)), fc.nat({ max: 7 })), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(more, (others) => {
        // What the run itself declares comes first.
        const all = others.map(([name, cycle], nth) => makers[name]?.(cycle, nth) ?? {}).reduce(together, run)
        expect(verdictOf(timelineOf({ ...all, limits: { ...all.limits, ...run.limits } }))).not.toBe('pass')
      }),
      { numRuns: 60, examples: Object.keys(besides).flatMap((name) => [0, firstMeasured, 7].map((cycle): [[string, number][]] => [[[name, cycle]]])) },
    )
  })

  /** How many are born in each of the eight cycles: those that stay are judged by their growth alone. */
  const births = fc.array(fc.nat({ max: 6 }), { minLength: 8, maxLength: 8 })
  test.each([
    ['sessions', (pid: number, fromMs: number) => session({ pid, fromMs })],
    ['processes', (pid: number, fromMs: number) => process({ pid, fromMs })],
  ])('nor do %s that grow', (_, make) => {
    const grown = (perCycle: readonly number[]): Run => ({ beings: perCycle.flatMap((n, cycle) => Array.from({ length: n }, (__, i) => make(1_000 + cycle * 50 + i, startOf(cycle) + 100))) })
    let leaked = 0
    fc.assert(
      fc.property(births, births, (some, more) => {
        if (verdictOf(timelineOf(grown(some))) !== 'leak') return
        leaked += 1
        expect(verdictOf(timelineOf(grown(some.map((n, cycle) => n + (more[cycle] ?? 0)))))).not.toBe('pass')
      }),
      { numRuns: 150 },
    )
    expect(leaked).toBeGreaterThan(0)
  })
})

test('a look-alike never turns a pass into a leak, nor what is inconclusive', () => {
  fc.assert(
    fc.property(fc.oneof(healthy, inconclusive), alike, (run, besides) => {
      const before = verdictOf(timelineOf(runOf(run)))
      const after = verdictOf(timelineOf(runOf({ ...run, alike: [...new Set([...run.alike, ...besides])] })))
      expect([before, after]).not.toContain('leak')
    }),
    { numRuns: 60 },
  )
})

test('rate, owner and drift of a run do not hang on the order in which a look lists its members', () => {
  fc.assert(
    fc.property(leaking, fc.infiniteStream(fc.nat()), (run, random) => {
      const entries = entriesOf(runOf(run)).map((entry): Entry => (entry.kind === 'look' ? { ...entry, members: entry.members.map((one) => ({ one, at: random.next().value })).sort((a, b) => a.at - b.at).map(({ one }) => one) } : entry))
      const of = (timeline: Timeline) => {
        const { rate, owner, drifts } = judge(timeline, invariants)
        return { rate, owner, drifts }
      }
      expect(of(fold(factsOf(runOf(run)), entries))).toEqual(of(timelineOf(runOf(run))))
    }),
    { numRuns: 30 },
  )
})

test('more survivors never make fewer left behind', () => {
  fc.assert(
    fc.property(leaking, someLeaks, (run, more) => {
      const count = (which: Case) => judge(timelineOf(runOf(which)), invariants).dose.leftBehind
      expect(count({ ...run, leaks: [...run.leaks, ...more] })).toBeGreaterThanOrEqual(count(run))
    }),
    {
      examples: [
        [{ alike: [], leaks: [['a lost place of the pool', 0], ['a connection of a client that vanished', 0]], broken: null }, [['a hung request', 0]]],
        [{ alike: [], leaks: [['a lost place of the pool', 0], ['a socket in CLOSE_WAIT', 0]], broken: null }, [['a hung request', 0]]],
        [{ alike: [], leaks: [['a connection of a client that vanished', 0], ['a socket in CLOSE_WAIT', 0]], broken: null }, [['a hung request', 0]]],
      ],
    },
  )
})

describe('one thing that is left is counted once, however many rules it breaks:', () => {
  const cycles = [3, 5, 6]
  const begun = startOf(3) + 900
  const since = (atMs: number): readonly number[] => cycles.map((cycle) => startOf(cycle) + 900).filter((beganMs) => beganMs <= atMs)

  /** What three loads may leave on one session, or make of it. */
  const ofSession: Readonly<Record<string, (atMs: number) => Partial<Session>>> = {
    'in a transaction': (atMs) => (atMs < begun ? {} : { state: 'idle in transaction', transactionAgeMs: atMs - begun, holdsXmin: true }),
    aborted: (atMs) => (atMs < begun ? {} : { state: 'idle in transaction (aborted)', stateAgeMs: atMs - begun }),
    'with locks': (atMs) => (since(atMs).length === 0 ? {} : { advisoryLocks: since(atMs).length, locksTaken: since(atMs).map((beganMs) => ({ afterMs: epochOf(beganMs - 200), byMs: epochOf(beganMs) })) }),
    'with temporary tables': () => ({}),
    'ended by the server': () => ({}),
  }
  const sessionThat = (symptoms: readonly string[]): Run => ({
    beings: [
      (moment) => session({ pid: 500, seenAtMs: epochOf(moment.atMs), ...(symptoms.includes('ended by the server') && { untilMs: startOf(8) - 100 }), ...Object.assign({}, ...symptoms.map((symptom) => ofSession[symptom]?.(moment.atMs) ?? {})) })(moment),
      ...(symptoms.includes('with temporary tables') ? cycles.map((cycle) => temporaryTable(500, cycle, startOf(cycle) + 900)) : []),
    ],
    also: symptoms.includes('ended by the server') ? [{ kind: 'server-log', pid: 500, severity: 'FATAL', sqlstate: '25P03', message: 'terminating connection due to idle-in-transaction timeout', atMs: startOf(8) - 100 }] : [],
  })

  /** What the loads may leave in one process, one for every twenty requests; or a request in its environment, which it outlives. */
  const ofProcess: Readonly<Record<string, (atMs: number) => Partial<Process>>> = {
    'of a request': () => ({ request: { method: 'GET', url: '/report' } }),
    'with descriptors': (atMs) => ({ descriptors: 20 + grownAt({ atMs }) }),
    'with threads': (atMs) => ({ threads: 7 + grownAt({ atMs }) }),
    'with half-closed sockets': (atMs) => ({ closeWait: grownAt({ atMs }) }),
    'with connections of vanished clients': (atMs) => ({ vanishedClients: grownAt({ atMs }) }),
  }
  const processThat = (symptoms: readonly string[]): Run => ({
    beings: [(moment) => process({ pid: 600, fromMs: symptoms.includes('of a request') ? startOf(3) + 500 : 2_000, ...Object.assign({}, ...symptoms.map((symptom) => ofProcess[symptom]?.(moment.atMs) ?? {})) })(moment)],
    limits: { vanishedClientMs: 6_000 },
    also: [vanishing(0)],
  })

  test.each([
    ['a session', Object.keys(ofSession), sessionThat, ['in a transaction', 'aborted', 'ended by the server']],
    ['a process', Object.keys(ofProcess), processThat, ['of a request']],
  ])('%s', (_, symptoms, run, lost) => {
    const left = (some: readonly string[]): number => judge(timelineOf(run(some)), invariants).dose.leftBehind
    for (const symptom of symptoms) expect([symptom, left([symptom])]).not.toEqual([symptom, 0])
    fc.assert(
      fc.property(fc.subarray(symptoms, { minLength: 1 }), fc.constantFrom(...symptoms), (some, second) => {
        const both = [...new Set([...some, second])]
        expect(left(both)).toBeLessThanOrEqual(both.some((symptom) => lost.includes(symptom)) ? 1 : Math.max(left(some), left([second])))
      }),
      { numRuns: 40 },
    )
  })
})

test('a pool that fills is not counted among what a hung request has left', () => {
  const run = (hung: number): Case => ({ alike: ['H01 a pool that fills to its maximum, then is flat'], leaks: Array.from({ length: hung }, () => ['a hung request', 7] as const), broken: null })
  for (const hung of [1, 2, 3]) expect(judge(timelineOf(runOf(run(hung))), invariants).dose.leftBehind).toBe(hung)
})

test('a leak that is confirmed stays confirmed, whatever comes after', () => {
  fc.assert(
    fc.property(leaking, (run) => {
      const verdicts = atEveryRest(runOf(run)).map(verdictOf)
      const first = verdicts.indexOf('leak')
      expect(first).toBeGreaterThan(-1)
      expect(verdicts.slice(first).every((verdict) => verdict === 'leak')).toBe(true)
    }),
    { numRuns: 40 },
  )
})

describe('lost lines', () => {
  const lines = fc.array(fc.nat(), { minLength: 1, maxLength: 40 })

  test.each([
    ['a leak', leaking],
    ['an inconclusive run', inconclusive],
    ['a healthy run', healthy],
  ])('never make %s pass', (_, which) => {
    fc.assert(fc.property(which, lines, (run, lost) => {
        expect(verdictOf(without(runOf(run), lost))).not.toBe('pass')
      }))
  })

  test('looks that were never made make neither a leak nor an inconclusive run pass, and no healthy one a leak', () => {
    fc.assert(
      fc.property(fc.oneof(leaking, inconclusive, healthy), lines, (run, lost) => {
        const before = verdictOf(timelineOf(runOf(run)))
        const { looks } = timelineOf(runOf(run))
        const unmade = new Set(lost.map((index) => looks[index % looks.length]?.atMs))
        const after = verdictOf(looking((look) => (unmade.has(look.atMs) ? null : look), runOf(run)))
        expect([before, after]).not.toEqual(before === 'pass' ? ['pass', 'leak'] : [before, 'pass'])
      }),
    )
  })

  test('a record that breaks off does not pass, whatever was in it', () => {
    fc.assert(
      fc.property(fc.oneof(leaking, inconclusive, healthy), fc.nat(), (run, at) => {
        const entries = entriesOf(runOf(run))
        expect(verdictOf(fold(factsOf(runOf(run)), entries.slice(0, at % entries.length)))).not.toBe('pass')
      }),
    )
  })

  test('never make a healthy run a leak', () => {
    fc.assert(fc.property(healthy, lines, (run, lost) => {
        expect(verdictOf(without(runOf(run), lost))).not.toBe('leak')
      }))
  })
})

test('a run that was blind or broken is inconclusive, however healthy the rest', () => {
  fc.assert(fc.property(inconclusive, (run) => {
        expect(verdictOf(timelineOf(runOf(run)))).toBe('inconclusive')
      }))
})

test('the order of probes, of members and of counters does not matter: the same bytes', () => {
  fc.assert(
    fc.property(leaking, fc.infiniteStream(fc.nat()), (run, random) => {
      const shuffled = <T>(all: readonly T[]): readonly T[] => all.map((one) => ({ one, at: random.next().value })).sort((a, b) => a.at - b.at).map(({ one }) => one)
      const facts = factsOf(runOf(run))
      const entries = entriesOf(runOf(run)).map((entry): Entry => (entry.kind === 'look' ? { ...entry, members: shuffled(entry.members), counters: Object.fromEntries(shuffled(Object.entries(entry.counters))) } : entry))
      const bytes = (timeline: Timeline): string => JSON.stringify(judge(timeline, invariants))
      expect(bytes(fold({ ...facts, probes: shuffled(facts.probes) }, entries))).toBe(bytes(timelineOf(runOf(run))))
    }),
    { numRuns: 40 },
  )
})

test('a record of nonsense is refused, not passed and not crashed on', () => {
  const nonsense = fc.array(fc.oneof(fc.record({ kind: fc.constantFrom('look', 'dose', 'phase', 'beat', 'blind', 'control', 'server-log', 'end', 'x'), n: fc.anything(), atMs: fc.anything(), members: fc.anything(), counters: fc.anything(), planted: fc.anything(), cycle: fc.anything() }, { requiredKeys: ['kind'] })), { maxLength: 30 })
  fc.assert(fc.property(nonsense, (entries) => {
        expect(verdictOf(fold(factsOf(), entries as unknown as Entry[]))).not.toBe('pass')
      }))
})

test.each<[name: string, of: (more: number) => Timeline]>([
  ['descriptors', (more) => timelineOf({ beings: [({ atMs, cycle }) => process({ pid: 9, descriptors: 20 + (cycle ?? 8) * more })({ atMs })] })],
  ['half-closed sockets', (more) => timelineOf({ beings: [({ atMs, cycle }) => process({ pid: 9, closeWait: (cycle ?? 8) * more })({ atMs })] })],
  ['sessions that the server ended', (more) => looking((look) => ({ ...look, counters: { ...look.counters, 'log.sessions-ended': Math.max(0, (look.cycle ?? 8) - 2) * more } }), { also: Array.from({ length: 120 }, (_, i) => ({ kind: 'server-log', pid: 5_000 + i, severity: 'FATAL', sqlstate: '25P03', message: 'terminating', atMs: startOf(3) + i })) })],
])('more %s than any machine has are judged, and crash nothing', (_, of) => {
  expect(verdictOf(of(100))).toBe('leak')
  expect(['leak', 'inconclusive']).toContain(verdictOf(of(1e12)))
})

/** A process that holds the client's end of these sessions while they live. */
function owning(pid: number, sessions: readonly Being[], given: Partial<Parameters<typeof process>[0]> = {}): Run {
  const portsAt = (moment: Parameters<Being>[0]): readonly number[] => sessions.flatMap((one) => {
    const member = one(moment)
    return member?.kind === 'session' && member.clientPort !== null ? [member.clientPort] : []
  })
  return { beings: [(moment) => process({ pid, databasePorts: portsAt(moment), ...given })(moment), ...sessions] }
}

/** The timeline at the end of each settle, where a run asks whether to go on, and at the end of the record. */
function atEveryRest(run: Run): readonly Timeline[] {
  const facts = factsOf(run)
  const entries = entriesOf(run)
  const isEndOfRest = (entry: Entry): boolean => entry.kind === 'end' || (entry.kind === 'phase' && entry.phase === 'settle' && entry.edge === 'end')
  return entries.flatMap((entry, i) => (isEndOfRest(entry) ? [fold(facts, entries.slice(0, i + 1))] : []))
}

function without(run: Run, indices: readonly number[]): Timeline {
  const entries = entriesOf(run)
  const lost = new Set(indices.map((index) => index % entries.length))
  return fold(factsOf(run), entries.filter((_, i) => !lost.has(i)))
}

/** The members and counters that a probe shows, as far as their kind tells the probe. */
const kindsOf: Readonly<Record<string, readonly string[]>> = {
  processes: ['process', 'server application'],
  postgres: ['session', 'prepared-transaction', 'replication-slot', 'server postgresql'],
  'postgres-log': ['logged-session'],
}

/** The same run, in which a probe gives no answer any more from a moment on. */
function withoutProbe(run: Run, probe: string, fromMs: number): Timeline {
  const shown = (member: { readonly kind: string; readonly name?: string }) => !kindsOf[probe]?.includes(member.kind === 'server' ? `server ${member.name}` : member.kind)
  const entries = entriesOf(run).map((entry): Entry => {
    if (entry.kind !== 'look' || entry.atMs < fromMs) return entry
    return { ...entry, quiescent: false, unquiet: `no answer from ${probe}: cut`, missed: [probe], members: entry.members.filter(shown) }
  })
  return fold(factsOf(run), entries)
}

/** The same run, whose looks lack from a moment on what a probe shows, without saying so. */
function silently(run: Run, probe: string, fromMs: number, counters: readonly string[]): Timeline {
  const shown = (member: Member) => !kindsOf[probe]?.includes(member.kind === 'server' ? `server ${member.name}` : member.kind)
  return looking((look) => (look.atMs < fromMs ? look : { ...look, members: look.members.filter(shown), counters: Object.fromEntries(Object.entries(look.counters).filter(([name]) => !counters.some((start) => name.startsWith(start)))) }), run)
}

describe('dropped data', () => {
  const countersOf: Readonly<Record<string, readonly string[]>> = { processes: ['app.', 'harness.'], postgres: ['pg.'], 'postgres-log': ['log.'] }
  // Only the ends of sessions that the server ended have lines of their own; all else that the log shows, the sessions show as well.
  const probes = fc.constantFrom('processes', 'postgres')
  const cycle = fc.nat({ max: 8 })

  test('a probe that shows nothing any more, and does not say so, lets no run pass', () => {
    fc.assert(
      fc.property(fc.oneof(leaking, inconclusive, healthy), probes, cycle, fc.boolean(), (which, probe, from, withCounters) => {
        expect(verdictOf(silently(runOf(which), probe, from === 0 ? 0 : startOf(from), withCounters ? (countersOf[probe] ?? []) : []))).not.toBe('pass')
      }),
      { numRuns: 100 },
    )
  })

  test('the log alone makes neither a leak nor an inconclusive run pass', () => {
    fc.assert(
      fc.property(fc.oneof(leaking, inconclusive), cycle, fc.boolean(), (which, from, withCounters) => {
        expect(verdictOf(silently(runOf(which), 'postgres-log', from === 0 ? 0 : startOf(from), withCounters ? (countersOf['postgres-log'] ?? []) : []))).not.toBe('pass')
      }),
      { numRuns: 60 },
    )
  })

  test('a counter that some looks lack lets no run pass', () => {
    fc.assert(
      fc.property(fc.oneof(leaking, inconclusive, healthy), fc.constantFrom('pg.backends', 'log.live', 'app.processes', 'app.orphan-sockets', 'pg.temporary-files'), fc.array(fc.nat(), { minLength: 1, maxLength: 20 }), (which, counter, lost) => {
        const run = runOf(which)
        const running = timelineOf(run).looks.filter(({ reading }) => reading !== 'stopped')
        const lacking = new Set(lost.map((index) => running[index % (running.length - 1)]?.atMs))
        const without = ({ [counter]: _, ...others }: Readonly<Record<string, number>>) => others
        expect(verdictOf(looking((look) => (lacking.has(look.atMs) ? { ...look, counters: without(look.counters) } : look), run))).not.toBe('pass')
      }),
      { numRuns: 60 },
    )
  })

  test('sessions that the looks of a quiet rest leave out, and the log does not, let no run pass', () => {
    fc.assert(
      fc.property(fc.oneof(healthy, leaking), fc.integer({ min: firstMeasured, max: 7 }), (which, from) => {
        const run = runOf({ ...which, alike: [...new Set([...which.alike, 'H05 a session that rests in LISTEN'])] })
        // While work goes on the two ledgers are not compared.
        fc.pre(run.unquiet?.(from) === undefined)
        expect(verdictOf(looking((look) => ({ ...look, members: look.cycle === from ? look.members.filter(({ kind }) => kind !== 'session') : look.members }), run))).not.toBe('pass')
      }),
      { numRuns: 60 },
    )
  })
})

test('a probe that loses its sight makes no healthy run a leak, and lets none pass', () => {
  fc.assert(
    fc.property(healthy, fc.constantFrom(...Object.keys(kindsOf)), fc.integer({ min: 2, max: 7 }), (which, probe, cycle) => {
      expect(verdictOf(withoutProbe(runOf(which), probe, startOf(cycle)))).toBe('inconclusive')
    }),
    { numRuns: 100 },
  )
})
