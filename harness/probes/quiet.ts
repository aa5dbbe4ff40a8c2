import { setTimeout as delay } from 'node:timers/promises'
import type { Look, Reading, UnquietBy } from '../timeline/entry.ts'
import type { Member, Session } from '../timeline/member.ts'
import { formOf, isRunningQuery } from '../timeline/standing-queries.ts'
import type { Sampler, Sight } from './sampler.ts'

export type SettleOptions = {
  readonly sampler: Pick<Sampler, 'look'>
  readonly reading: Reading
  readonly cycle?: number
  readonly record: (look: Look) => void
  /** Requests that the load generator has sent and that were not answered yet. */
  readonly inFlight: () => number
  /** How many client connections were there before the first request. They are no part of the load, as a subscriber's stream, and stay open at rest. Default 0. */
  readonly clientsBefore?: number
  /** Replication slots that were there before the first request: if a replica is away for a while, nobody waits for it. Default none. */
  readonly slotsBefore?: ReadonlySet<string>
  /** Those of the running queries that do not run by the application's design, and for which quiet has to wait. Default: all. */
  readonly unexpectedQueries?: UnexpectedQueries
  /** Longest wait for quiet. In quiet, what is left is waited for until it is mature, however long that takes. */
  readonly deadlineMs: number
  /** What is left may still go by itself: it is waited for until the settle has lasted this many milliseconds. */
  readonly matureMs: number
  /** True once waiting is useless: a blind probe will never see quiet. */
  readonly isFutile?: () => boolean
  readonly signal: AbortSignal
}

export type UnexpectedQueries = (running: readonly Session[]) => readonly Session[]

/** How a settle ended: `clean`, with nothing of the load left; `leftovers`, with something left that had time enough to go; `unquiet`, without quiet. */
export type Settled = { readonly kind: 'clean' | 'leftovers' | 'unquiet'; readonly last: Look }

const cleanLooks = 3
const betweenLooksMs = 150
const longestWaitMs = 2_000

/**
 * Looks until three looks in a row are quiet with nothing of the load left, or until what is left is old enough to be called left behind. Quiet needs the server's own signs as well as
 * the client's, since a long page goes on after its client has gone. Rejects when `signal` aborts.
 */
export async function settle({ sampler, reading, cycle, record, inFlight, clientsBefore = 0, slotsBefore, unexpectedQueries, deadlineMs, matureMs, isFutile = () => false, signal }: SettleOptions): Promise<Settled> {
  const beganMs = performance.now()
  let before: { readonly sight: Sight; readonly atMs: number } | null = null
  let clean = 0
  let quiet = 0
  for (let waitMs = betweenLooksMs; ; ) {
    const sight = await sampler.look()
    const atMs = performance.now()
    signal.throwIfAborted()
    const unquiet = unquietOf(sight, before, atMs, inFlight(), clientsBefore, unexpectedQueries)
    const left = leftoversOf(sight.members, slotsBefore).length
    const look: Look = { kind: 'look', reading, ...(cycle === undefined ? {} : { cycle }), quiescent: unquiet === null, ...unquiet, ...(sight.partial.length > 0 ? { missed: sight.partial.map(({ probe }) => probe) } : {}), counters: sight.counters, members: sight.members }
    // The first look only tells what the CPU clocks were; it proves no rest.
    if (before !== null) record(look)
    quiet = unquiet === null ? quiet + 1 : 0
    clean = unquiet === null && left === 0 ? clean + 1 : 0
    before = { sight, atMs }
    if (clean >= cleanLooks) return { kind: 'clean', last: look }
    const waitedMs = atMs - beganMs
    if (quiet >= cleanLooks && waitedMs >= matureMs) return { kind: 'leftovers', last: look }
    if (isFutile() || (waitedMs >= deadlineMs && unquiet !== null)) return { kind: 'unquiet', last: look }
    // The three looks that decide come close together; between others the wait grows.
    const deciding = clean > 0 || (quiet > 0 && quiet < cleanLooks && waitedMs + longestWaitMs >= matureMs)
    waitMs = deciding ? betweenLooksMs : Math.min(waitMs * 1.5, longestWaitMs)
    const untilMatureMs = waitedMs < matureMs ? Math.max(betweenLooksMs, matureMs - waitedMs) : longestWaitMs
    await delay(Math.max(50, Math.min(waitMs, waitedMs < deadlineMs ? deadlineMs - waitedMs : longestWaitMs, untilMatureMs)), undefined, { signal })
  }
}

/** A server at rest still wakes up for its timers. If it uses more than this share of one core, it is at work. */
const restingCpuShare = 0.1

/** Why a moment is not quiet, as its look records it. */
type Unquiet = { readonly unquiet: string; readonly unquietBy: UnquietBy }

/** Why this moment is not quiet; null when it is. */
export function unquietOf(sight: Sight, before: { readonly sight: Sight; readonly atMs: number } | null, atMs: number, inFlight: number, clientsBefore = 0, unexpectedQueries: UnexpectedQueries = (running) => running): Unquiet | null {
  if (sight.partial.length > 0) return { unquietBy: 'blindness', unquiet: `no answer from ${sight.partial.map(({ probe, reason }) => `${probe}: ${reason}`).join('; ')}` }
  if (inFlight > 0) return { unquietBy: 'requests', unquiet: `${inFlight} requests in flight` }
  const clients = sight.counters['app.clients'] ?? 0
  if (clients > clientsBefore) return { unquietBy: 'clients', unquiet: `${clients} client connections open${clientsBefore > 0 ? `, ${clientsBefore} before the load` : ''}` }
  const planted = new Set(sight.members.flatMap((member) => (member.kind === 'process' && member.control !== null ? member.databasePorts : [])))
  const active = unexpectedQueries(sight.members.filter(isRunningQuery).filter(({ clientPort }) => !(clientPort !== null && planted.has(clientPort))))
  const [one] = active
  if (one !== undefined) return { unquietBy: 'queries', unquiet: `${active.length} queries running: ${formOf(one).slice(0, 80)}` }
  const working = sight.members.filter((member) => member.kind === 'process' && member.control === null && (member.runnableThreads ?? 0) > 0).length
  if (working > 0) return { unquietBy: 'processes', unquiet: `${working} request processes at work` }
  if (before === null) return { unquietBy: 'first look', unquiet: 'first look' }
  const spentMs = cpuSpentMs(before.sight.members, sight.members)
  const share = spentMs / Math.max(1, atMs - before.atMs)
  // Two ticks of the CPU clock are noise, however close the looks are.
  if (share > restingCpuShare && spentMs > 20) return { unquietBy: 'cpu', unquiet: `the application uses ${Math.round(share * 100)} % of a core` }
  return null
}

/** CPU time, in milliseconds, that processes have used which both looks show. */
function cpuSpentMs(before: readonly Member[], now: readonly Member[]): number {
  const then = new Map(before.flatMap((member) => (member.kind === 'process' ? [[member.id, member.cpuMs] as const] : [])))
  return now.reduce((sum, member) => (member.kind === 'process' && then.has(member.id) ? sum + member.cpuMs - (then.get(member.id) ?? 0) : sum), 0)
}

/** The ids of the replication slots among these members. */
export const slotsIn = (members: readonly Member[]): ReadonlySet<string> => new Set(members.flatMap(({ kind, id }) => (kind === 'replication-slot' ? [id] : [])))

/** The leftovers that a settle waits for. A query that still runs in quiet runs by design, and so does its transaction. */
export const leftoversOf = (members: readonly Member[], slotsBefore: ReadonlySet<string> = new Set()): readonly Member[] =>
  members.filter((member) => isLeftover(member) && !isRunningQuery(member) && !(member.kind === 'replication-slot' && slotsBefore.has(member.id)))

/**
 * Whether a member should not be found at rest: an open transaction, the process of a request, a zombie, a half-closed connection, a slot that nobody reads. A pooled idle session may
 * be, and so may a slot in use.
 */
export function isLeftover(member: Member): boolean {
  switch (member.kind) {
    case 'session':
      return member.transactionAgeMs !== null || member.state === 'idle in transaction (aborted)' || member.advisoryLocks > 0
    case 'process':
      return member.request !== null || member.state === 'Z' || member.closeWait > 0
    case 'prepared-transaction':
      return true
    case 'replication-slot':
      return !member.active
    case 'logged-session':
    case 'temporary-table':
    case 'table':
    case 'server':
    case 'place':
    case 'other':
      return false
  }
}
