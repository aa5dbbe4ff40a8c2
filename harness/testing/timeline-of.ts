import { type Living, openTransaction, process, server, session, startedAt } from '../simulator/beings.ts'
import type { Control, Dose, Entry, Happening, Look, Reading, UnquietBy } from '../timeline/entry.ts'
import { formatVersion } from '../timeline/entry.ts'
import type { Facts, Limits } from '../timeline/facts.ts'
import { beginFold } from '../timeline/fold.ts'
import type { Member } from '../timeline/member.ts'
import type { Planted } from '../timeline/planted.ts'
import type { Damage } from '../timeline/reader.ts'
import type { Timeline } from '../timeline/timeline.ts'

export { epochOf, type Life, openTransaction, process, server, session, zombie } from '../simulator/beings.ts'

/**
 * A run for tests, told by what lives in it. Everything not said is a healthy run: two warm-up cycles, one baseline
 * cycle, measured cycles with doses 20, 0, 40, 80 and 20, planted controls that are found and removed.
 *
 *     timelineOf({ beings: [hungRequest({ cycle: 4 })] })
 */
export const timelineOf = (run: Run = {}): Timeline => fold(factsOf(run), entriesOf(run))

/** The timeline of these entries, by the same fold that reads a real record. */
export function fold(facts: Facts, entries: Iterable<Entry | Damage>): Timeline {
  const folding = beginFold(facts)
  for (const entry of entries) folding.add(entry)
  return folding.timeline()
}

export type Run = {
  readonly beings?: readonly Being[]
  readonly limits?: Limits
  readonly suppressions?: Facts['suppressions']
  /** Doses of the measured cycles, which are numbered from `firstMeasured` on. */
  readonly doses?: readonly number[]
  /** What the load of a cycle came to, where it differs from its plan. */
  readonly delivered?: (cycle: number, planned: number) => Partial<Dose>
  /** Why the looks of a cycle were not quiet. */
  readonly unquiet?: (cycle: number) => string | undefined
  /** What kept them so; older records tell the reason alone. */
  readonly unquietBy?: UnquietBy
  /** How many looks a settle ends with. */
  readonly looks?: number
  readonly controls?: 'found' | 'none'
  readonly end?: 'completed' | 'interrupted' | 'failed' | 'cut-off'
  /** Happenings on top, at their time. */
  readonly also?: readonly (Happening & { readonly atMs: number })[] | undefined
}

/** Something that lives for a part of the run: how a look at a moment shows it, or null where it is not there. */
export type Being = Living<Moment>

export type Moment = { readonly atMs: number; readonly cycle: number | null; readonly reading: Reading }

/** Cycles 0 and 1 warm up, 2 is the baseline's. */
export const firstMeasured = 3
/** Each cycle loads for 10 s, then settles for 10 s; cycle 0 starts 10 s into the record. */
export const cycleMs = 20_000
export const startOf = (cycle: number): number => 10_000 + cycle * cycleMs
export const loadEndOf = (cycle: number): number => startOf(cycle) + 10_000

const usualDoses = [20, 0, 40, 80, 20]

export const factsOf = ({ limits = {}, doses = usualDoses, suppressions }: Run = {}): Facts => ({
  formatVersion,
  run: '2026-11-23T0624-test',
  scenario: 'test',
  variant: null,
  profile: 'gate',
  stack: { kind: 'processes', why: 'a test' },
  command: 'lowtide run scenarios/test.ts',
  startedAt,
  seed: 1,
  doses,
  concurrency: 8,
  sampleEveryMs: 200,
  limits,
  probes: ['postgres', 'postgres-log', 'processes'],
  versions: {},
  ...(suppressions && { suppressions }),
})

/** The lines of the record, in order and numbered. */
export function entriesOf(run: Run = {}): readonly Entry[] {
  const { doses = usualDoses, delivered = () => ({}), unquiet = () => undefined, unquietBy, looks = 3, controls = 'found', end = 'completed', also = [] } = run
  const beings = [server('postgresql'), server('application'), ...(run.beings ?? []), ...(controls === 'found' ? planted(doses.length) : [])]
  const roles = [...['warm-up', 'warm-up', 'baseline'].map((role) => ({ role, planned: 40 })), ...doses.map((planned) => ({ role: 'measured', planned }))] as { role: Dose['role']; planned: number }[]
  const happenings: { atMs: number; happening: Happening }[] = []
  const at = (atMs: number, happening: Happening): void => void happenings.push({ atMs, happening })
  const look = (atMs: number, reading: Reading, cycle: number | null): void => at(atMs, lookAt(beings, { atMs, reading, cycle }, cycle === null ? undefined : unquiet(cycle), unquietBy))

  look(5_000, 'baseline', null)
  for (const [cycle, { role, planned }] of roles.entries()) {
    const phase = role === 'measured' ? 'cycle' : role
    at(startOf(cycle), { kind: 'phase', phase, edge: 'start', cycle })
    at(loadEndOf(cycle), doseOf(cycle, role, planned, delivered(cycle, planned)))
    at(loadEndOf(cycle), { kind: 'phase', phase, edge: 'end', cycle })
    at(loadEndOf(cycle), { kind: 'phase', phase: 'settle', edge: 'start', cycle })
    // What is left is waited for, with seconds between the looks, before two more confirm it.
    for (let i = 0; i < looks; i += 1) look(loadEndOf(cycle) + (i === 0 ? 4_800 : 6_000 + i * 500), role === 'baseline' ? 'baseline' : 'untouched', cycle)
    if (cycle === roles.length - 1) for (let i = 0; i < 3; i += 1) look(loadEndOf(cycle) + 8_000 + i * 500, 'nudged', cycle)
    at(loadEndOf(cycle) + 9_500, { kind: 'phase', phase: 'settle', edge: 'end', cycle })
  }
  const afterLoad = startOf(roles.length)
  at(afterLoad, { kind: 'canary', url: '/login', outcome: 'answered', detail: '200', tookMs: 12 })
  at(afterLoad, { kind: 'phase', phase: 'control', edge: 'start' })
  if (controls === 'found') {
    const control = (edge: Control['edge']): Control => ({ kind: 'control', edge, planted: whatIsPlanted })
    for (let i = 0; i < 3; i += 1) look(afterLoad + 100 + i * 200, 'control-before', null)
    at(plantedAt(doses.length), { kind: 'server-log', pid: 9_006, severity: 'FATAL', sqlstate: '57P05', message: 'terminating connection due to idle-session timeout' })
    at(plantedAt(doses.length), control('planted'))
    for (let i = 0; i < 3; i += 1) look(plantedAt(doses.length) + 200 + i * 200, 'control-planted', null)
    at(removedAt(doses.length), control('removed'))
    for (let i = 0; i < 3; i += 1) look(removedAt(doses.length) + 200 + i * 200, 'control-removed', null)
  }
  at(afterLoad + 5_000, { kind: 'phase', phase: 'control', edge: 'end' })
  for (let atMs = 400; atMs < afterLoad + 5_000; atMs += 400) at(atMs, { kind: 'beat', counters: {} })
  if (end !== 'cut-off') at(afterLoad + 6_000, { kind: 'end', how: end, detail: '' })
  for (const { atMs, ...happening } of also) at(atMs, happening as Happening)

  return happenings.sort((a, b) => a.atMs - b.atMs).map(({ atMs, happening }, n) => ({ ...happening, n, atMs }))
}

const doseOf = (cycle: number, role: Dose['role'], planned: number, differs: Partial<Dose>): Dose => ({
  kind: 'dose',
  cycle,
  role,
  planned,
  counted: planned,
  unexpected: 0,
  timedOut: 0,
  broken: 0,
  dropped: 0,
  newUrls: cycle === 0 ? 60 : 0,
  peakInFlight: Math.min(planned, 8),
  generator: { kind: 'completed' },
  ...differs,
})

function lookAt(beings: readonly Being[], moment: Moment, unquiet: string | undefined, unquietBy: UnquietBy | undefined): Look {
  const members = beings.map((being) => being(moment)).filter((member) => member !== null)
  const logged = members.filter((member) => member.kind === 'session').map(({ pid, backendStartMs }) => ({ kind: 'logged-session' as const, id: `${pid}@${Math.floor(backendStartMs / 1000)}`, pid }))
  return {
    kind: 'look',
    reading: moment.reading,
    ...(moment.cycle !== null && { cycle: moment.cycle }),
    quiescent: unquiet === undefined,
    ...(unquiet !== undefined && { unquiet, ...(unquietBy !== undefined && { unquietBy }) }),
    counters: { 'pg.backends': logged.length, 'log.live': logged.length, 'app.processes': members.filter(({ kind }) => kind === 'process').length, ...plantedCounters(moment) },
    members: [...members, ...logged],
  }
}

// What is planted. Looks of the control phase alone show it.

export const whatIsPlanted: Planted = {
  planterPid: 9_000,
  sessionPids: [9_001, 9_002, 9_003],
  zombiePids: [9_010],
  descriptors: 5,
  pooledPid: 9_004,
  advisoryLocks: 1,
  temporaryTables: 1,
  preparedTransactions: ['lowtide-control-9004'],
  closeWait: 1,
  requestPids: [9_020],
  queryPids: [9_005],
  endedPids: [9_006],
  orphanSockets: 1,
  temporaryFiles: 1,
  sharedMemoryBytes: 65_536,
  sharedSegments: 1,
  threads: 3,
  planterThreads: 15,
  descriptorTarget: '/run/agent/planter.mjs',
  replicationSlots: ['lowtide_control'],
  retainedBytes: 4_096,
  grownTables: [{ id: 'public.lowtide_control_rows', rows: 40 }],
}
const plantedAt = (measured: number): number => startOf(firstMeasured + measured) + 1_000
const removedAt = (measured: number): number => plantedAt(measured) + 2_000

/** What is planted and no member. */
const plantedCounters = ({ reading }: Moment): Readonly<Record<string, number>> => {
  const there = reading === 'control-planted' ? 1 : 0
  return { 'harness.orphan-sockets': there, 'harness.sysv-segments': there, 'harness.temporary-files': there, 'harness.shm-bytes': there * 65_536, 'app.orphan-sockets': 0, 'app.sysv-segments': 0, 'pg.temporary-files': 0 }
}

const plantedInDatabase: readonly Member[] = [
  { kind: 'temporary-table', id: '16400', name: 'lowtide_control', sessionPid: 9_004 },
  { kind: 'prepared-transaction', id: 'lowtide-control-9004', owner: 'app', ageMs: 200 },
  { kind: 'replication-slot', id: 'lowtide_control', active: false, retainedBytes: 4_200 },
  { kind: 'table', id: 'public.lowtide_control_rows', rows: 40, bytes: 8_192, grownRows: 40, grownBytes: 8_192 },
]

const planted = (measured: number): readonly Being[] => {
  const [fromMs, untilMs] = [plantedAt(measured), removedAt(measured)]
  return [
    process({ pid: 9_000, fromMs, untilMs, control: 'planted', descriptors: 5 + 3, descriptorTargets: { '/run/agent/planter.mjs': 5, pipe: 3 }, threads: 15, closeWait: 1, databasePorts: [59_001, 59_002, 59_003, 59_004, 59_005] }),
    process({ pid: 9_010, fromMs, untilMs, control: 'planted', state: 'Z', descriptors: null, parentPid: 9_000 }),
    process({ pid: 9_020, fromMs, untilMs, control: 'planted', parentPid: 9_000, request: { method: 'GET', url: '/lowtide-control' } }),
    ...[9_001, 9_002, 9_003].map((pid) => openTransaction({ pid, fromMs, untilMs, clientPort: 50_000 + pid, relationLocks: 1 })),
    session({ pid: 9_004, fromMs, untilMs, clientPort: 59_004, advisoryLocks: 1 }),
    session({ pid: 9_005, fromMs, untilMs, clientPort: 59_005, state: 'active', waitEvent: 'PgSleep', query: 'SELECT pg_sleep(86400)' }),
    ...plantedInDatabase.map((member) => ({ atMs }: Moment) => (atMs < fromMs || atMs >= untilMs ? null : member)),
  ]
}

/** The pair of the incident: a CGI process that waits for a lock which it holds itself, and its session in an open transaction. */
export function hungRequest({ cycle = firstMeasured + 3, pid = 3_216, afterMs = 2_000, untilMs }: { readonly cycle?: number; readonly pid?: number; readonly afterMs?: number; readonly untilMs?: number } = {}): readonly Being[] {
  const life = { fromMs: startOf(cycle) + afterMs, ...(untilMs !== undefined && { untilMs }) }
  return [
    process({ ...life, pid, command: 'node drproject.cgi', waitChannel: 'futex_do_wait', databasePorts: [40_000 + pid], request: { method: 'GET', url: `/edge/timeline?daysback=90&n=${pid}` } }),
    openTransaction({ ...life, pid: pid + 1, clientPort: 40_000 + pid, relationLocks: 3, query: 'SELECT * FROM ticket_change' }),
  ]
}
