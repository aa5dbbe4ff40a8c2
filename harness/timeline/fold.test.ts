import { describe, expect, test } from 'vitest'
import { entriesOf, factsOf, firstMeasured, fold, loadEndOf, startOf, timelineOf } from '../testing/timeline-of.ts'
import type { Entry, Happening } from './entry.ts'

const facts = factsOf()
const whole = entriesOf()

/** A look as the first line, that shows one session. */
const lookAt = (session: object): Entry =>
  ({ kind: 'look', reading: 'untouched', quiescent: true, counters: {}, members: [{ kind: 'session', id: '500@1', pid: 500, backendStartMs: 1, user: 'app', database: 'app', applicationName: '', clientAddress: null, clientPort: null, state: 'idle', waitEvent: null, transactionAgeMs: null, stateAgeMs: 1, queryAgeMs: 1, holdsXid: false, holdsXmin: false, relationLocks: 0, advisoryLocks: 1, query: '', ...session }], n: 0, atMs: 1 }) as never

describe('damage', () => {
  test('a whole record has none', () => {
    expect(fold(facts, whole)).toMatchObject({ damage: [], end: 'completed' })
  })

  test.each<[string, (entries: readonly Entry[]) => readonly Entry[], RegExp]>([
    ['a missing line', (entries) => entries.toSpliced(7, 1), /^line 7 is missing$/],
    ['missing lines', (entries) => entries.toSpliced(7, 3), /^lines 7 to 9 are missing$/],
    ['a missing first line', (entries) => entries.slice(1), /^line 0 is missing$/],
    ['a line that comes twice', (entries) => entries.toSpliced(7, 0, entries[7] as Entry), /^line 7 comes twice or late, after line 7$/],
    ['time that runs backwards', (entries) => entries.with(7, { ...(entries[7] as Entry), atMs: 1 }), /^time runs backwards at line 7: 1 ms after \d+ ms$/],
    ['a kind that nobody knows', (entries) => entries.with(7, { kind: 'rumour', n: 7, atMs: entries[7]?.atMs } as never), /^line 7 is of an unknown kind: "rumour"$/],
    ['a look without members', (entries) => entries.map((entry) => (entry.kind === 'look' && entry.reading === 'untouched' ? ({ ...entry, members: null } as never) : entry)), /^line \d+ cannot be understood: members is null$/],
    ['moments of locks that are none', () => [lookAt({ locksTaken: [{ afterMs: 1, byMs: null }] })], /^line 0 cannot be understood: session "500@1": locksTaken is \[\{"afterMs":1,"byMs":null\}\]$/],
    ['a lateness that is none', (entries) => entries.map((entry) => (entry.kind === 'dose' ? ({ ...entry, lateness: {} } as never) : entry)), /^line \d+ cannot be understood: lateness is \{\}$/],
    ['more places than a process can have open', () => [{ kind: 'capacity', when: 'before-load', asked: 4, parallel: 1e12, tries: [4], n: 0, atMs: 1 } as never], /^line 0 cannot be understood: parallel is 1000000000000$/],
    ['a held place that is no number', () => [{ kind: 'capacity', when: 'places-held', held: null, asked: 4, parallel: 2, tries: [2], n: 0, atMs: 1 } as never], /^line 0 cannot be understood: held is null$/],
  ])('%s is told', (_, harm, sentence) => {
    expect(fold(facts, harm(whole)).damage[0]).toMatch(sentence)
  })

  test('a line that the reader could not read takes its number, and is told once', () => {
    const { damage } = fold(facts, [...whole.slice(0, 7), { damage: 'line 8 of timeline.ndjson is no entry' }, ...whole.slice(8)])
    expect(damage).toEqual(['line 8 of timeline.ndjson is no entry'])
  })

  test('a stretch that is not as written stands for no line: none is missed', () => {
    const { altered, damage } = fold(facts, [...whole.slice(0, 7), { damage: 'lines 2 to 7 of timeline.ndjson are not as written', altered: true }, ...whole.slice(7)])
    expect({ altered, damage }).toEqual({ altered: ['lines 2 to 7 of timeline.ndjson are not as written'], damage: [] })
  })

  test('a thousand faults are twenty sentences and a number', () => {
    const { damage } = fold(facts, Array.from({ length: 1_001 }, (_, i): Entry => ({ kind: 'beat', counters: {}, n: i * 2, atMs: i })))
    expect([damage.length, damage.at(-1)]).toEqual([21, 'and 980 more faults of this kind'])
  })

  test.each([
    ['completed', 'completed'],
    ['interrupted', 'interrupted'],
    ['failed', 'failed'],
    ['cut-off', 'cut-off'],
  ] as const)('a record that is %s says so', (end, expected) => {
    expect(timelineOf({ end }).end).toBe(expected)
  })
})

describe('sight', () => {
  const beats = (...atMs: number[]): Timed[] => atMs.map((at) => ({ kind: 'beat', counters: {}, atMs: at }))
  const from = (atMs: number): Timed => ({ kind: 'phase', phase: 'baseline', edge: 'start', atMs })
  const to = (atMs: number): Timed => ({ kind: 'phase', phase: 'control', edge: 'end', atMs })

  test.each<[string, Timed[], number]>([
    ['between two beats', [from(0), ...beats(200, 400, 1_300, 1_500), to(1_600)], 900],
    ['before the first', [from(0), ...beats(700, 900), to(1_000)], 700],
    ['after the last', [from(0), ...beats(200, 400), to(2_400)], 2_000],
    ['after the last of a record that was cut off', [from(0), ...beats(200), { kind: 'canary', url: '/', outcome: 'answered', detail: '', tookMs: 1, atMs: 3_200 }], 3_000],
    ['never, where nothing is judged: before the baseline', [...beats(0, 9_000), from(9_100), ...beats(9_200), to(9_300)], 100],
    ['never, where nothing is judged: after the control', [from(0), ...beats(100), to(200), ...beats(9_000)], 100],
    ['on beats that this probe missed', [from(0), ...beats(200), { kind: 'beat', counters: {}, missed: ['postgres'], atMs: 400 }, ...beats(600), to(700)], 400],
  ])('a hole is measured %s', (_, happenings, expected) => {
    expect(fold(facts, numbered(happenings)).sight.longestGapMs.postgres).toBe(expected)
  })

  test('a probe that goes blind when the application is stopped has done its work', () => {
    const blind = (atMs: number): Timed => ({ kind: 'blind', probe: 'processes', reason: 'gone', atMs })
    expect(fold(facts, numbered([from(0), to(100), blind(200)])).sight.blind).toEqual([])
    expect(fold(facts, numbered([blind(0), from(100), to(200)])).sight.blind).toHaveLength(1)
  })

  test('may be asked while the record still grows', () => {
    const entries = numbered([from(0), ...beats(200), to(5_000)])
    expect(fold(facts, entries.slice(0, 2)).sight.longestGapMs.postgres).toBe(200)
    expect(fold(facts, entries).sight.longestGapMs.postgres).toBe(4_800)
  })
})

test('a cycle lasts from the start of its load to the end of its settle, by the run’s clock and the wall’s', () => {
  expect(timelineOf().cycles[firstMeasured]).toEqual({
    cycle: firstMeasured,
    role: 'measured',
    startMs: startOf(firstMeasured),
    endMs: loadEndOf(firstMeasured) + 9_500,
    startedAtEpochMs: Date.parse(facts.startedAt) + startOf(firstMeasured),
    endedAtEpochMs: Date.parse(facts.startedAt) + loadEndOf(firstMeasured) + 9_500,
  })
})

test('the seconds of a route add up by cycle', () => {
  const second = (cycle: number, route: string, started: number, timedOut: number, atMs: number): Timed => ({ kind: 'load', cycle, route, started, counted: started - timedOut, unexpected: 0, timedOut, broken: 0, p50Ms: 1, p99Ms: 1, maxMs: 1, atMs })
  expect(fold(facts, numbered([second(3, 'feed', 4, 1, 1), second(3, 'wiki', 2, 0, 1), second(3, 'feed', 5, 2, 2), second(4, 'feed', 7, 0, 3)])).routes).toEqual([
    { cycle: 3, route: 'feed', started: 9, counted: 6, unexpected: 0, timedOut: 3, broken: 0 },
    { cycle: 3, route: 'wiki', started: 2, counted: 2, unexpected: 0, timedOut: 0, broken: 0 },
    { cycle: 4, route: 'feed', started: 7, counted: 7, unexpected: 0, timedOut: 0, broken: 0 },
  ])
})

test('when requests were in flight is told by their starts and ends', () => {
  const told = fold(facts, numbered([{ kind: 'requests', cycle: 3, route: 'feed', fromMs: 1_000.5, spans: [0, 20, 2.5, 6.5], complete: false, atMs: 1 }]))
  expect(told.flights.map(({ startsMs, endsMs, ...rest }) => ({ ...rest, startsMs: [...startsMs], endsMs: [...endsMs] }))).toEqual([{ cycle: 3, route: 'feed', complete: false, startsMs: [1_000.5, 1_003], endsMs: [1_020.5, 1_009.5] }])
  expect(timelineOf().flights).toEqual([])
  expect(fold(facts, numbered([{ kind: 'requests', cycle: 3, route: 'feed', fromMs: 1, spans: [null] as never, complete: true, atMs: 1 }])).damage).toEqual(['line 0 cannot be understood: spans is [null]'])
})

test('of many looks of one settle the first and the last three are kept', () => {
  const kept = timelineOf({ looks: 7 }).looks.filter(({ reading, cycle }) => reading === 'untouched' && cycle === 0)
  expect(kept.map(({ atMs }) => atMs - loadEndOf(0))).toEqual([4_800, 8_000, 8_500, 9_000])
})

test('ages of ended transactions are the monitor’s last word before the control, whose own transactions end too, and before the stop, which ends what was left', () => {
  const told = (count: number, p999Ms: number, atMs: number): Timed => ({ kind: 'beat', counters: { 'pg.transactions-ended': count, 'pg.transactions-ended-p999-ms': p999Ms }, atMs })
  expect(fold(facts, numbered([told(10, 40, 1), told(90, 700, 2), { kind: 'beat', counters: {}, atMs: 3 }])).endedTransactions).toEqual({ count: 90, p999Ms: 700 })
  for (const phase of ['control', 'stop'] as const)
    expect(fold(facts, numbered([told(10, 40, 1), { kind: 'phase', phase, edge: 'start', atMs: 2 }, told(13, 7_557, 3), { kind: 'phase', phase, edge: 'end', atMs: 4 }, told(14, 7_557, 5)])).endedTransactions).toEqual({ count: 10, p999Ms: 40 })
  expect(timelineOf().endedTransactions).toBeNull()
})

test('ten thousand refusals are remembered by their first hundred', () => {
  const refused: Timed[] = Array.from({ length: 10_000 }, (_, i) => ({ kind: 'server-log', pid: i, severity: 'FATAL', sqlstate: '53300', message: 'sorry, too many clients already', atMs: i }))
  const killed: Timed = { kind: 'server-log', pid: 1, severity: 'FATAL', sqlstate: '25P03', message: 'terminating connection', atMs: 20_000 }
  expect(fold(facts, numbered([...refused, killed])).serverLog.map(({ sqlstate }) => sqlstate)).toEqual([...Array(100).fill('53300'), '25P03'])
})

type Timed = Happening & { readonly atMs: number }
const numbered = (happenings: readonly Timed[]): readonly Entry[] => happenings.map((happening, n) => ({ ...happening, n }))
