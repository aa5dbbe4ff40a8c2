import type { Entry, Happening, Look } from './entry.ts'
import type { Member } from './member.ts'
import type { Planted } from './planted.ts'

/**
 * What is wrong with the shape of an entry, in words; null where its types hold. The recorder writes no wrong ones; a disk or an editor may make them so.
 * Fields that no judgement uses are not checked, and members that are the same as in the look `before` are not checked again.
 */
export function faultOf(entry: Entry, before?: Look): string | null {
  const fields = Object.hasOwn(entries, entry.kind) ? entries[entry.kind] : []
  return faultIn(entry, fields) ?? (entry.kind === 'look' ? faultOfMembers(entry.members, before?.members ?? []) : null)
}

function faultOfMembers(all: readonly Member[], known: readonly Member[]): string | null {
  for (const [place, member] of all.entries()) {
    if (member === known[place]) continue
    if (!isObject(member)) return 'a member is no object'
    if (!Object.hasOwn(members, member.kind)) return `a member is of the unknown kind ${shown(member.kind)}`
    const fault = faultIn(member, members[member.kind])
    if (fault !== null) return `${member.kind} ${shown(member.id)}: ${fault}`
  }
  return null
}

function faultIn(value: object, fields: readonly Field[]): string | null {
  for (const { name, is } of fields) {
    const field = (value as Readonly<Record<string, unknown>>)[name]
    if (!is(field)) return `${name} is ${shown(field)}`
  }
  return null
}

const shown = (value: unknown): string => (JSON.stringify(value) ?? 'missing').slice(0, 40)

type Is = (value: unknown) => boolean
type Field = { readonly name: string; readonly is: Is }
type Shape<T> = T extends unknown ? { readonly [Name in keyof T]?: Is } : never

const isText: Is = (value) => typeof value === 'string'
const isNumber: Is = Number.isFinite
/** How many there are of things that are counted one by one: more than a process may have open (fs.nr_open as Linux sets it, proc_sys_fs(5)) only a damaged record tells, and no memory holds as many births. */
const isCount: Is = (value) => Number.isFinite(value) && (value as number) <= 2 ** 20
const isTruth: Is = (value) => typeof value === 'boolean'
/** What a Date can hold. */
const isEpoch: Is = (value) => typeof value === 'number' && Math.abs(value) <= 8.64e15
const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value)
const optional = (is: Is): Is => (value) => value === undefined || is(value)
const nullable = (is: Is): Is => (value) => value === null || is(value)
const listOf = (is: Is): Is => (value) => Array.isArray(value) && value.every(is)
const recordOf = (is: Is): Is => (value) => {
  if (!isObject(value)) return false
  // A night has a million counters: making a list of them for each beat would take twice as long.
  for (const name in value) if (!is((value as Readonly<Record<string, unknown>>)[name])) return false
  return true
}
const of = <T>(shape: Shape<T>): Is => {
  const fields = fieldsOf(shape)
  return (value) => isObject(value) && faultIn(value, fields) === null
}

const fieldsOf = (shape: object): readonly Field[] => Object.entries(shape).map(([name, is]) => ({ name, is: is as Is }))

const tabled = <Kind extends string>(shapes: Readonly<Record<Kind, object>>): Readonly<Record<Kind, readonly Field[]>> =>
  Object.fromEntries(Object.entries(shapes).map(([kind, shape]) => [kind, fieldsOf(shape as object)])) as Record<Kind, readonly Field[]>

const members = tabled<Member['kind']>({
  session: {
    id: isText,
    pid: isNumber,
    backendStartMs: isEpoch,
    user: nullable(isText),
    database: nullable(isText),
    applicationName: nullable(isText),
    clientAddress: nullable(isText),
    clientPort: nullable(isNumber),
    state: nullable(isText),
    waitEvent: nullable(isText),
    transactionAgeMs: nullable(isNumber),
    stateAgeMs: nullable(isNumber),
    queryAgeMs: nullable(isNumber),
    seenAtMs: optional(isEpoch),
    holdsXid: isTruth,
    holdsXmin: isTruth,
    relationLocks: isCount,
    advisoryLocks: isCount,
    locksTaken: optional(listOf(of({ afterMs: isEpoch, byMs: isEpoch }))),
    query: isText,
  },
  'logged-session': { id: isText, pid: isNumber },
  process: {
    id: isText,
    pid: isNumber,
    parentPid: isNumber,
    startedAtMs: isEpoch,
    state: isText,
    command: isText,
    waitChannel: isText,
    cpuMs: isNumber,
    threads: isCount,
    runnableThreads: optional(nullable(isNumber)),
    residentBytes: isNumber,
    descriptors: nullable(isCount),
    descriptorTargets: optional(recordOf(isNumber)),
    databasePorts: listOf(isNumber),
    closeWait: isCount,
    vanishedClients: optional(isCount),
    request: nullable(of<NonNullable<Extract<Member, { kind: 'process' }>['request']>>({ method: isText, url: isText })),
    control: nullable(isText),
  },
  'prepared-transaction': { id: isText, owner: isText, ageMs: isNumber, seenAtMs: optional(isEpoch) },
  'replication-slot': { id: isText, active: isTruth, retainedBytes: isNumber },
  'temporary-table': { id: isText, name: isText, sessionPid: nullable(isNumber) },
  table: { id: isText, rows: isNumber, bytes: isNumber, grownRows: isNumber, grownBytes: isNumber },
  server: { id: isText, name: isText },
  place: { id: isText },
  other: { id: isText, resource: isText, detail: isText },
} satisfies { readonly [Kind in Member['kind']]: Shape<Extract<Member, { kind: Kind }>> })

const outcomes = { started: isNumber, counted: isNumber, unexpected: isNumber, timedOut: isNumber, broken: isNumber }

const planted: Shape<Planted> = {
  planterPid: isNumber,
  sessionPids: listOf(isNumber),
  zombiePids: listOf(isNumber),
  descriptors: isNumber,
  descriptorTarget: optional(isText),
  threads: optional(isNumber),
  planterThreads: optional(isNumber),
  pooledPid: optional(isNumber),
  advisoryLocks: optional(isNumber),
  temporaryTables: optional(isNumber),
  temporaryFiles: optional(isNumber),
  preparedTransactions: optional(listOf(isText)),
  queryPids: optional(listOf(isNumber)),
  endedPids: optional(listOf(isNumber)),
  closeWait: optional(isNumber),
  orphanSockets: optional(isNumber),
  sharedMemoryBytes: optional(isNumber),
  sharedSegments: optional(isNumber),
  requestPids: optional(listOf(isNumber)),
  replicationSlots: optional(listOf(isText)),
  retainedBytes: optional(isNumber),
  grownTables: optional(listOf(of({ id: isText, rows: isNumber }))),
  databaseBytes: optional(isNumber),
  walBytes: optional(isNumber),
  memoryBytes: optional(isNumber),
  planterMemoryBytes: optional(isNumber),
}

const entries = tabled<Happening['kind']>({
  phase: { phase: isText, edge: isText, cycle: optional(isNumber) },
  beat: { counters: recordOf(isNumber), missed: optional(listOf(isText)) },
  blind: { probe: isText, reason: isText, sqlstate: optional(isText) },
  look: { reading: isText, cycle: optional(isNumber), quiescent: isTruth, unquiet: optional(isText), unquietBy: optional(isText), missed: optional(listOf(isText)), counters: recordOf(isNumber), members: Array.isArray },
  load: { cycle: isNumber, route: isText, ...outcomes },
  unanswered: { cycle: isNumber, request: isText, route: isText, url: isText, waitedMs: isNumber },
  request: { cycle: isNumber, why: isText, born: optional(listOf(isText)), request: isText, route: isText, path: isText, startedAtMs: isEpoch, tookMs: isNumber, outcome: isText, status: isNumber, errorCode: isNumber },
  requests: { cycle: isNumber, route: isText, fromMs: isEpoch, spans: listOf(isNumber), ids: optional(isText), ends: optional(isText), complete: isTruth },
  rude: { cycle: isNumber, manners: listOf(of({ manner: isText, planned: isNumber, performed: isNumber, notes: listOf(of({ note: isText, acts: isNumber })) })) },
  dose: { cycle: isNumber, role: isText, planned: isNumber, counted: isNumber, unexpected: isNumber, timedOut: isNumber, broken: isNumber, faults: optional(recordOf(isNumber)), dropped: isNumber, newUrls: isNumber, peakInFlight: isNumber, lateness: optional(of({ p99Ms: isNumber, maxMs: isNumber })), loadMs: optional(isNumber), misdated: optional(isNumber), generator: of({ kind: isText, tail: optional(isText) }) },
  canary: { url: isText, outcome: isText, detail: isText, tookMs: isNumber },
  capacity: { when: isText, sent: optional(listOf(isNumber)), declined: optional(isNumber), cycle: optional(isNumber), held: optional(isNumber), asked: isCount, parallel: isCount, tries: listOf(isCount) },
  'server-log': { pid: isNumber, severity: isText, sqlstate: isText, message: isText },
  'pool-cleanup': { cleanup: isText, line: isText },
  suspect: { process: isText, session: nullable(isText), url: nullable(isText) },
  evidence: { members: listOf(isText), file: isText, lastLogLine: nullable(isText) },
  control: { edge: isText, planted: of<Planted>(planted) },
  end: { how: isText, detail: isText, early: optional(isText) },
} satisfies { readonly [Kind in Happening['kind']]: Shape<Extract<Happening, { kind: Kind }>> })
