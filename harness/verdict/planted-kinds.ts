import type { Timeline } from '../timeline/timeline.ts'
import { type Size, sizes } from './planted-sizes.ts'
import { count, inOrder, list } from './words.ts'
import type { Planted } from '../timeline/planted.ts'

/** `3 transactions, 1 zombie and 5 descriptors`: what was planted. */
export function plantedInWords(planted: Planted): string {
  const kinds = plantable.map((kind) => ({ ...kind, n: kind.planted(planted) })).filter(({ n }) => n > 0)
  return list(kinds.map(({ n, one, many }) => count(n, one, many)), kinds.length)
}

/**
 * What the run watches and has not proved to see: kinds of which it planted none, as a role or a server may not allow it; what nobody can plant; sizes in which nothing planted was
 * `seen`; and, by its name, each counter that no kind here knows. A run watches what its probes claim and what its looks count.
 */
export function unprovedKinds({ facts, looks }: Timeline, planted: Planted, seen: readonly Size[]): readonly string[] {
  const counted = new Set(looks.flatMap(({ counters }) => Object.keys(counters)))
  const isCounted = ({ counters }: Pick<Kind, 'counters'>): boolean => counters.some((counter) => counted.has(counter))
  const known = new Set([...plantable, ...sizes, ...unplantable].flatMap(({ counters }) => counters))
  const unknown = [...counted].filter((counter) => !known.has(counter) && !ofNoKind.has(counter) && !/^(?:harness|load)\./.test(counter))
  return [
    ...plantable.filter((kind) => kind.planted(planted) === 0 && facts.probes.includes(kind.watchedBy) && (kind.isLater !== true || isCounted(kind))).map(({ one, many = `${one}s` }) => many),
    ...[...sizes.filter((size) => !seen.includes(size)), ...unplantable].filter(isCounted).map(({ called }) => called),
    ...unknown.sort(inOrder),
  ]
}

type Kind = {
  readonly one: string
  readonly many?: string
  /** The probe that claims to see it. */
  readonly watchedBy: string
  /** The counters of a look that count it, besides the members that the look lists. */
  readonly counters: readonly string[]
  /** Added later: older records were not watched for it, and lack its counters. */
  readonly isLater?: true
  readonly planted: (planted: Planted) => number
}

const plantable: readonly Kind[] = [
  { one: 'transaction', watchedBy: 'postgres', counters: ['pg.backends', 'pg.idle', 'pg.idle-in-transaction', 'pg.oldest-transaction-ms'], planted: ({ sessionPids }) => sessionPids.length },
  { one: 'zombie', watchedBy: 'processes', counters: ['app.zombies'], planted: ({ zombiePids }) => zombiePids.length },
  { one: 'descriptor', watchedBy: 'processes', counters: ['app.fds', 'app.fds-files', 'app.fds-sockets', 'app.fds-pipes', 'app.fds-other'], planted: ({ descriptors }) => descriptors },
  { one: 'thread', watchedBy: 'processes', counters: ['app.threads'], planted: ({ threads = 0 }) => threads },
  { one: 'advisory lock', watchedBy: 'postgres', counters: [], planted: ({ advisoryLocks = 0 }) => advisoryLocks },
  { one: 'temporary table', watchedBy: 'postgres-relations', counters: ['pg.temporary-tables'], planted: ({ temporaryTables = 0 }) => temporaryTables },
  { one: 'temporary file', watchedBy: 'postgres-relations', counters: ['pg.temporary-files', 'pg.temporary-file-bytes'], isLater: true, planted: ({ temporaryFiles = 0 }) => temporaryFiles },
  { one: 'prepared transaction', watchedBy: 'postgres', counters: ['pg.prepared-transactions'], planted: ({ preparedTransactions = [] }) => preparedTransactions.length },
  { one: 'running query', many: 'running queries', watchedBy: 'postgres', counters: ['pg.active'], planted: ({ queryPids = [] }) => queryPids.length },
  { one: 'session ended by the server', many: 'sessions ended by the server', watchedBy: 'postgres-log', counters: ['log.errors', 'log.sessions-ended'], planted: ({ endedPids = [] }) => endedPids.length },
  { one: 'half-closed socket', watchedBy: 'processes', counters: ['app.close-wait'], planted: ({ closeWait = 0 }) => closeWait },
  { one: 'socket without an owner', many: 'sockets without an owner', watchedBy: 'processes', counters: ['app.orphan-sockets'], isLater: true, planted: ({ orphanSockets = 0 }) => orphanSockets },
  { one: 'file of shared memory', many: 'files of shared memory', watchedBy: 'processes', counters: ['app.shm-bytes'], isLater: true, planted: ({ sharedMemoryBytes = 0 }) => Math.sign(sharedMemoryBytes) },
  { one: 'System V segment', watchedBy: 'processes', counters: ['app.sysv-segments', 'app.sysv-bytes'], isLater: true, planted: ({ sharedSegments = 0 }) => sharedSegments },
  { one: 'request process', many: 'request processes', watchedBy: 'processes', counters: ['app.processes', 'app.requests'], planted: ({ requestPids = [] }) => requestPids.length },
  { one: 'replication slot', watchedBy: 'postgres', counters: ['pg.wal-retained-bytes'], planted: ({ replicationSlots = [] }) => replicationSlots.length },
  { one: 'grown table', watchedBy: 'postgres-relations', counters: [], planted: ({ grownTables = [] }) => grownTables.length },
]

/** What cannot be planted: a planted kill for want of memory would be a real one, and only the application can tell the size of its heap. */
const unplantable: readonly { readonly called: string; readonly counters: readonly string[] }[] = [
  { called: 'kills for want of memory', counters: ['app.memory-kills'] },
  { called: 'the heap as the application tells it', counters: ['app.heap-used-bytes'] },
]

/**
 * Counters of nothing that could be left behind: totals since a start, which other invariants compare with each other; processor time, and how often a probe has read; clients, which
 * belong to the load and are its sign of quiet, the vanished ones too; states of connections, each of which is a descriptor; what a pool has cleaned up itself, and logs of which none
 * could be read.
 */
const ofNoKind: ReadonlySet<string> = new Set([
  'pg.sessions-opened',
  'pg.sessions-abandoned',
  'pg.sessions-fatal',
  'pg.sessions-killed',
  'pg.statistics-reset-ms',
  'pg.transactions-ended',
  'pg.transactions-ended-p999-ms',
  'log.opened',
  'log.closed',
  'log.live',
  'log.sessions',
  'app.cpu-ms',
  'app.clients',
  'app.vanished-clients',
  'app.connection-readings',
  'app.pool-cleanups',
  'app.unread-logs',
  'app.tcp-established',
  'app.tcp-syn-sent',
  'app.tcp-fin-wait',
  'app.tcp-listening',
])
