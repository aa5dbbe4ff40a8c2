import { pairsOf } from '../attribution/pairs.ts'
import type { Control } from '../timeline/entry.ts'
import { keptOfEachError } from '../timeline/fold.ts'
import type { Member, PreparedTransaction, Process, ReplicationSlot, Table, TemporaryTable } from '../timeline/member.ts'
import type { Planted } from '../timeline/planted.ts'
import type { Stamped, Timeline } from '../timeline/timeline.ts'
import { plantedInWords, unprovedKinds } from '../verdict/planted-kinds.ts'
import { sizeFaults, sizesSeen } from '../verdict/planted-sizes.ts'
import { key, memberAt, type Rest, presentThroughout, readingsOf, restsOf } from '../verdict/rest.ts'
import { isPlanted, isProcess, isSession, isZombie } from '../verdict/stay.ts'
import { transactionThresholdMs } from '../verdict/thresholds.ts'
import type { Invariant } from '../verdict/verdict.ts'
import { count, list, thousands } from '../verdict/words.ts'

/** Every run plants a leak of its own, must find exactly that, and must see it gone. If a probe has gone blind in a way that nobody thought of, it shows here. */
export default {
  name: 'the planted leak was found',
  check: (timeline) => {
    const planting = timeline.controls.find(({ edge }) => edge === 'planted')
    const settledBy = 'run again; if it stays, see `lowtide doctor`'
    if (planting === undefined) return { kind: 'inconclusive', sentence: 'no leak was planted: the run has not shown that it would have seen one', settledBy: 'a run that gets as far as its control' }

    const before = restOf(timeline, 'control-before')
    const during = restOf(timeline, 'control-planted')
    const after = restOf(timeline, 'control-removed')
    const unseen = Object.entries({ before, during, after }).filter(([, rest]) => !rest?.confirmed).map(([when]) => when)
    if (!before || !during || !after || unseen.length > 0)
      return { kind: 'inconclusive', sentence: `there are no three looks ${list(unseen)} the planted leak`, settledBy }

    const faults = [...notFound(planting, during), ...notCounted(timeline, planting, before, during), ...sizeFaults(planting.planted, before, during), ...tooMuch(timeline, before, during, after), ...notRemoved(timeline, before, after), ...notRegained(timeline, before, after)]
    if (faults.length > 0) return { kind: 'inconclusive', sentence: `the planted leak was not found exactly: ${list(faults)}`, settledBy }
    const seen = sizesSeen(planting.planted, before, during)
    const unproved = unprovedKinds(timeline, planting.planted, seen)
    const shown = seen.length > 0 ? `; they showed in ${list(seen.map(({ called }) => called), seen.length)}` : ''
    return { kind: 'pass', sentence: `${plantedInWords(planting.planted)} were planted, found exactly, and seen gone${shown}${unproved.length > 0 ? `; watched without a control: ${list(unproved, unproved.length)}` : ''}` }
  },
} satisfies Invariant

const restOf = (timeline: Timeline, reading: Rest['reading']): Rest | undefined => restsOf(timeline).findLast((rest) => rest.reading === reading)

function notFound({ planted }: Stamped<Control>, during: Rest): readonly string[] {
  const { pooledPid, advisoryLocks = 0, temporaryTables = 0, preparedTransactions = [], closeWait = 0, requestPids = [], queryPids = [], replicationSlots = [], retainedBytes = 0, grownTables = [] } = planted
  const sessions = presentThroughout(during, isSession)
  const transactions = sessions.filter(({ transactionAgeMs }) => transactionAgeMs !== null)
  const zombies = presentThroughout(during, isZombie)
  const processes = presentThroughout(during, isProcess)
  const planter = processes.find(({ pid }) => pid === planted.planterPid)
  const pooled = sessions.find(({ pid }) => pid === pooledPid)
  const prepared = presentThroughout(during, isPrepared).map(({ id }) => id)
  const tables = presentThroughout(during, isTemporaryTable).filter(({ sessionPid }) => sessionPid === pooledPid)
  const missing = (pids: readonly number[], found: readonly { readonly pid: number }[]): number => pids.filter((pid) => !found.some((one) => one.pid === pid)).length
  return [
    said(missing(planted.sessionPids, transactions), 'planted transaction', 'not seen'),
    said(missing(planted.zombiePids, zombies), 'planted zombie', 'not seen'),
    planter === undefined ? 'the planter itself not seen' : null,
    planter !== undefined && descriptorsSeen(planter, planted) !== planted.descriptors ? `${descriptorsSeen(planter, planted) || 'none'} of ${count(planted.descriptors, 'planted descriptor')} seen` : null,
    ...threadFaults(during, planter, planted),
    said(missing(queryPids, sessions.filter(({ state }) => state === 'active')), 'planted query', 'not seen to run', 'planted queries'),
    said(Math.max(0, closeWait - (planter?.closeWait ?? 0)), 'planted half-closed socket', 'not seen'),
    said(Math.max(0, advisoryLocks - (pooled?.advisoryLocks ?? 0)), 'planted advisory lock', 'not seen'),
    said(Math.max(0, temporaryTables - tables.length), 'planted temporary table', 'not seen'),
    said(preparedTransactions.filter((id) => !prepared.includes(id)).length, 'planted prepared transaction', 'not seen'),
    said(missing(requestPids, processes.filter(({ request }) => request !== null)), 'planted request process', 'not seen'),
    said(replicationSlots.filter((id) => !presentThroughout(during, isSlot).some((slot) => slot.id === id && slot.retainedBytes >= retainedBytes)).length, 'planted replication slot', 'not seen with what it keeps'),
    said(grownTables.filter(({ id, rows }) => !presentThroughout(during, isTable).some((table) => table.id === id && table.grownRows === rows && table.grownBytes > 0)).length, 'planted growth of a table', 'not seen'),
  ].filter((fault) => fault !== null)
}

/** The least that any look of a rest counts of something without identity: what was there for a moment does not count. */
const fewest = ({ looks }: Rest, counter: string): number => Math.min(...looks.map(({ counters }) => counters[counter] ?? 0))

const rise = (before: Rest, after: Rest, counter: string): number => fewest(after, counter) - fewest(before, counter)

/** Things that looks count and do not list. `apart`: the counter of planted ones only, told by what marks them; older records count most of these only `together` with the application's own. */
type Nameless = { readonly called: readonly [one: string, many?: string]; readonly apart: string; readonly together?: string; readonly planted: (planted: Planted) => number }

const nameless: readonly Nameless[] = [
  { called: ['planted socket without an owner', 'planted sockets without an owner'], apart: 'harness.orphan-sockets', together: 'app.orphan-sockets', planted: ({ orphanSockets = 0 }) => orphanSockets },
  { called: ['planted System V segment'], apart: 'harness.sysv-segments', together: 'app.sysv-segments', planted: ({ sharedSegments = 0 }) => sharedSegments },
  { called: ['planted temporary file'], apart: 'harness.temporary-files', together: 'pg.temporary-files', planted: ({ temporaryFiles = 0 }) => temporaryFiles },
  { called: ['planted byte of shared memory', 'planted bytes of shared memory'], apart: 'harness.shm-bytes', planted: ({ sharedMemoryBytes = 0 }) => sharedMemoryBytes },
]

/** How many were planted by a look's counters. If they are only counted together, a job of the application that makes or ends one at the same time makes the number wrong. */
const countedOf = ({ apart, together }: Nameless, before: Rest, now: Rest): number =>
  together === undefined || before.looks.some(({ counters }) => apart in counters) ? fewest(now, apart) : rise(before, now, together)

/** Planted things that only counters and the server's log show. */
function notCounted({ serverLog }: Timeline, { planted }: Stamped<Control>, before: Rest, during: Rest): readonly string[] {
  const { endedPids = [] } = planted
  const ended = serverLog.filter(({ sqlstate }) => sqlstate === idleSessionTimeout)
  // If sessions of the application were ended as often before, the log's lines are no longer kept, and only their number shows it; older records count them among all errors.
  const isCounted = ended.length >= keptOfEachError && rise(before, during, during.looks.every(({ counters }) => 'log.sessions-ended' in counters) ? 'log.sessions-ended' : 'log.errors') >= endedPids.length
  return [
    ...nameless.map((kind) => {
      const [seen, wanted] = [countedOf(kind, before, during), kind.planted(planted)]
      return wanted === 0 || seen === wanted ? null : `${seen === 0 ? 'none' : thousands(seen)} of ${count(wanted, ...kind.called)} seen`
    }),
    said(isCounted ? 0 : endedPids.filter((pid) => !ended.some((line) => line.pid === pid)).length, 'planted end of a session', "not seen in the server's log"),
  ].filter((fault) => fault !== null)
}

/** PostgreSQL manual, "PostgreSQL Error Codes": idle_session_timeout. */
const idleSessionTimeout = '57P05'

/** Things that nobody planted and that turned up meanwhile: they would have been blamed on the application, at once as part of the plant or later by their age. */
function tooMuch(timeline: Timeline, before: Rest, during: Rest, after: Rest): readonly string[] {
  const known = new Set(before.looks.flatMap(({ members }) => members.map(key)))
  const strays = <M extends Member>(is: (member: Member) => member is M): readonly M[] => presentThroughout(during, is).filter((member) => !known.has(key(member)) && !isPlanted(timeline, member, during.last))
  const owned = ownedBy(during)
  const transactions = strays(isSession).filter((session) => session.transactionAgeMs !== null && !owned.has(session.id) && (cameWithThePlant(timeline, session) || session.transactionAgeMs >= transactionThresholdMs(timeline)))
  return [
    said(transactions.length, 'transaction', 'seen that nobody planted'),
    // A zombie that the application reaps late is gone by the end of the control.
    said(strays(isZombie).filter((zombie) => memberAt(after.last, zombie) !== undefined).length, 'zombie', 'seen that nobody planted'),
    said(strays(isPrepared).filter((prepared) => cameWithThePlant(timeline, prepared)).length, 'prepared transaction', 'seen that nobody planted'),
    said(strays(isSlot).filter((slot) => cameWithThePlant(timeline, slot)).length, 'replication slot', 'seen that nobody planted'),
  ].filter((fault) => fault !== null)
}

/** Whether it was there on the first look after the planting. What came later is no part of the plant, but may be a job of the application. */
const cameWithThePlant = ({ looks }: Timeline, one: Member): boolean => looks.find(({ reading }) => reading === 'control-planted')?.members.some((member) => key(member) === key(one)) ?? false

const notRemoved = (timeline: Timeline, before: Rest, after: Rest): readonly string[] =>
  [
    said(after.last.members.filter((member) => isPlanted(timeline, member, after.last)).length, 'planted member', 'still there after the removal'),
    ...nameless.map((kind) => {
      const [one, many] = kind.called
      return said(Math.max(0, countedOf(kind, before, after)), one, 'still there after the removal', many)
    }),
  ].filter((fault) => fault !== null)

/**
 * Sessions that may be left of the plant: they came with it, are still there after it, and belong to no process of the application. As the application may have renewed sessions of its
 * pools meanwhile, no more of them count than there are more sessions in all.
 */
function notRegained(timeline: Timeline, before: Rest, after: Rest): readonly string[] {
  const more = presentThroughout(after, isSession).length - presentThroughout(before, isSession).length
  const known = new Set(before.looks.flatMap(({ members }) => members.map(key)))
  const owned = ownedBy(after)
  const strays = presentThroughout(after, isSession).filter((session) => !known.has(key(session)) && cameWithThePlant(timeline, session) && !owned.has(session.id)).length
  const extra = Math.min(more, strays)
  return extra > 0 ? [`${count(extra, 'session')} more than before the control`] : []
}

/** Sessions that a process of the application holds. */
const ownedBy = ({ last }: Rest): ReadonlySet<string> => new Set(pairsOf(last).flatMap(({ session, process }) => (process.control === null ? [session.id] : [])))

const said = (n: number, one: string, what: string, many?: string): string | null => (n === 0 ? null : `${count(n, one, many)} ${what}`)

const isPrepared = (member: Member): member is PreparedTransaction => member.kind === 'prepared-transaction'

const isTemporaryTable = (member: Member): member is TemporaryTable => member.kind === 'temporary-table'

const isSlot = (member: Member): member is ReplicationSlot => member.kind === 'replication-slot'

const isTable = (member: Member): member is Table => member.kind === 'table'

/** How many planted descriptors of the planter are seen, by where they point. Older planters did not tell that; they had more descriptors of their own than they planted. */
const descriptorsSeen = ({ descriptors, descriptorTargets = {} }: Process, { descriptors: planted, descriptorTarget }: Planted): number =>
  descriptorTarget === undefined ? Math.min(planted, descriptors ?? 0) : (descriptorTargets[descriptorTarget] ?? 0)

/** The planter had other threads before: it must be seen with exactly as many in all as it told once the planted ones had started. Older runs planted none. */
function threadFaults(during: Rest, planter: Process | undefined, { threads = 0, planterThreads = 0 }: Planted): readonly string[] {
  const seen = planter === undefined ? [] : readingsOf(during, planter).map((reading) => reading.threads)
  const wrong = seen.find((n) => n !== planterThreads)
  return threads === 0 || wrong === undefined ? [] : [`${count(wrong, 'thread')} of the planter seen where it has ${planterThreads} with the ${threads} planted`]
}
