import type { Member, Process, Session } from '../timeline/member.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { cycleAtEpoch } from './cycle-at.ts'
import { exhaustionOf } from './exhaustion.ts'
import { type Moment, momentsOfLocks } from './moments.ts'
import { key, lastSightings, runningLooks, untouchedRests } from './rest.ts'
import { isHolder, survivorsOf } from './survivors.ts'
import type { Finding, Hang, Survivor } from './verdict.ts'

/**
 * What is left, each thing once, however many rules tell of it. A session or process that is lost counts as one, with all that it holds. One that goes on, as a pooled session or a
 * worker, does not count: what it keeps does. If it keeps several kinds of things, the kind counts of which most are left, since it is not known which lock belongs to which table and
 * which descriptor to which thread.
 */
export type Tally = {
  readonly hangs: readonly Counted[]
  /** Members that are neither sessions nor processes nor places. */
  readonly others: readonly Survivor[]
  /** Others of which only their number is known, by the cycle whose load left them. */
  readonly unlisted: readonly { readonly cycle: number }[]
  /** What processes keep more of after each cycle's load. */
  readonly kept: readonly Kept[]
  readonly places: readonly Survivor[]
  /** Half-closed sockets, and the processes that have them. */
  readonly sockets: { readonly processes: ReadonlySet<string>; readonly sockets: number }
}

/** `locks`: when each lock was left on a session that goes on. Empty where that was not seen, or where the session itself is lost. */
export type Counted = { readonly hang: Hang; readonly isLost: boolean; readonly locks: readonly Moment[] }

/** One thing that a process keeps, by the cycle whose load left it. */
export type Kept = { readonly cycle: number } & Pick<Survivor, 'ofGrowth'>

/** `hangs` must be those that `hangsOf` lists for the same findings. */
export function tallyOf(timeline: Timeline, hangs: readonly Hang[], leaks: readonly Finding[]): Tally {
  const survivors = survivorsOf(leaks)
  const endings = survivors.flatMap(({ member }) => (isEnded(member) ? [member] : []))
  const ended = new Map(hangs.flatMap(({ session }) => endings.flatMap((ending) => (session !== null && isEndOf(timeline, session, endOf(ending)) ? [[ending.id, session] as const] : []))))
  const lost = new Set([...survivors.filter((survivor) => !isHolder(survivor)).map(({ member }) => member), ...ended.values()].map(key))
  const counted = hangs.flatMap((hang): readonly Counted[] => {
    const isLost = [hang.process, hang.session].some((member) => member !== null && lost.has(key(member)))
    // A process that is listed only because of what it keeps.
    if (hang.session === null && !isLost) return []
    return [{ hang, isLost, locks: isLost || hang.session === null ? [] : momentsOfLocks(timeline, hang.session) }]
  })
  const frontEnds = new Map(survivors.flatMap((survivor) => (survivor.holds === 'sockets' && isHolder(survivor) && !lost.has(key(survivor.member)) ? [[key(survivor.member), survivor.member as Process] as const] : [])))
  const unlisted = survivors.flatMap((survivor) => (survivor.unlisted ?? []).flatMap(({ cycle, rise }) => Array.from({ length: rise }, () => ({ cycle }))))
  const places = placesOf(counted, survivors, ended).slice(unlisted.length)
  const { kept, ofHangs } = keptOf(timeline, counted, survivors.filter(({ member }) => !lost.has(key(member))), frontEnds)
  // Each hanging request takes away one thing that a process keeps, or one of its half-closed sockets. It has a place of the pool as well, so a place and one of these are one thing even where nothing hangs:
  // otherwise less would be left where more was found.
  const others = othersOf(counted, survivors, ended)
  const endedByServer = others.filter(({ member }) => isEnded(member)).length + unlisted.length
  // Once the application is exhausted, a front end keeps a socket for each request that waits in vain: where places or sessions are lost, these are the leak, and the sockets its victims.
  const sockets = exhaustionOf(timeline) !== null && counted.length + places.length > 0 ? 0 : socketsOf(timeline, frontEnds, counted.length - ofHangs + endedByServer)
  return {
    hangs: counted,
    others,
    unlisted,
    kept,
    places: places.slice(kept.length + sockets),
    sockets: { processes: new Set(frontEnds.keys()), sockets },
  }
}

/** How many things are left. */
export const leftBehind = ({ hangs, others, unlisted, kept, places, sockets }: Tally): number => hangs.reduce((sum, one) => sum + thingsOf(one), 0) + others.length + unlisted.length + kept.length + places.length + sockets.sockets

const thingsOf = ({ locks }: Counted): number => Math.max(1, locks.length)

/** The resource of a session that the server ended by a time-out of its own: it is gone, and its place in the pool may be too. Its id is `${pid} at ${milliseconds of the run} ms`. */
export const sessionsEnded = 'pg.sessions-ended'

/**
 * Each once, whatever names it. A session that hung until the server ended it counts among those that hang. A temporary table counts with its session if that is lost, else with the
 * locks that the same requests may have left on it.
 */
function othersOf(counted: readonly Counted[], survivors: readonly Survivor[], ended: ReadonlyMap<string, Session>): readonly Survivor[] {
  const others = new Map(survivors.flatMap((survivor) => (isOther(survivor.member) ? [[key(survivor.member), survivor] as const] : [])))
  const ofSession = new Map(counted.flatMap((one) => (one.hang.session === null ? [] : [[one.hang.session.pid, one.isLost ? Number.POSITIVE_INFINITY : thingsOf(one)] as const])))
  for (const { member } of others.values()) if (isEnded(member) && !ended.has(member.id)) ofSession.set(endOf(member).pid, Number.POSITIVE_INFINITY)
  const isTold = (pid: number | null): boolean => {
    const left = pid === null ? 0 : (ofSession.get(pid) ?? 0)
    if (pid !== null) ofSession.set(pid, left - 1)
    return left > 0
  }
  return [...others.values()].filter((one) => (isEnded(one.member) ? !ended.has(one.member.id) : one.member.kind !== 'temporary-table' || !isTold(one.member.sessionPid)))
}

const isOther = ({ kind }: Member): boolean => kind !== 'session' && kind !== 'process' && kind !== 'place'

const isEnded = (member: Member): boolean => member.kind === 'other' && member.resource === sessionsEnded

/** Whether a line of the server's log is the end of this session, and not of a later one with the same pid: it came when looks no longer showed the session. */
export function isEndOf(timeline: Timeline, session: Session, { pid, atMs }: { readonly pid: number; readonly atMs: number }): boolean {
  const looks = runningLooks(timeline)
  const last = lastSightings(timeline).get(session)
  if (pid !== session.pid || last === undefined) return pid === session.pid
  return atMs >= (looks[last]?.atMs ?? 0) - logLagMs && atMs <= (looks[last + 1]?.atMs ?? Number.POSITIVE_INFINITY) + logLagMs
}

/** How late a line of the server's log may be read, in milliseconds. */
const logLagMs = 1_000

const endOf = ({ id }: Member): { readonly pid: number; readonly atMs: number } => {
  const [pid = Number.NaN, atMs = Number.NaN] = id.split(' at ').map((part) => Number.parseFloat(part))
  return { pid, atMs }
}

/**
 * What processes keep. What one load has left in one process counts by the kind of which there is most: a thread has a descriptor, and a connection has both. Whatever hangs since the
 * same load has a thread or descriptor of its own there, and in the front end before it; and a half-closed socket is a descriptor. So only what is kept beyond these counts in its own
 * right.
 */
function keptOf(timeline: Timeline, counted: readonly Counted[], survivors: readonly Survivor[], frontEnds: ReadonlyMap<string, Process>): { readonly kept: readonly Kept[]; readonly ofHangs: number } {
  const keepers = Map.groupBy(survivors.filter(({ keptMore }) => keptMore !== undefined), ({ member }) => key(member))
  const kept = [...keepers].flatMap(([process, kinds]) => {
    const rises = kinds.map(({ keptMore = [] }) => new Map([...Map.groupBy(keptMore, ({ cycle }) => cycle)].map(([cycle, steps]) => [cycle, steps.reduce((sum, { rise }) => sum + rise, 0)])))
    const cycles = [...new Set(rises.flatMap((of) => [...of.keys()]))].toSorted((a, b) => a - b)
    const ofGrowth = kinds.every((kind) => kind.ofGrowth)
    return cycles.flatMap((cycle) => Array.from({ length: Math.max(...rises.map((of) => of.get(cycle) ?? 0)) }, (): Kept => ({ cycle, ...(ofGrowth && { ofGrowth }) }))).slice(frontEnds.get(process)?.closeWait ?? 0)
  })
  const hung = new Map<number | null, number>()
  for (const { hang, locks } of counted) for (const cycle of locks.length > 0 ? locks.map(({ epochMs }) => cycleAtEpoch(timeline, epochMs)) : [hang.bornIn]) hung.set(cycle, (hung.get(cycle) ?? 0) + 1)
  const beyond = kept.filter(({ cycle }) => {
    const left = hung.get(cycle) ?? 0
    hung.set(cycle, left - 1)
    return left <= 0
  })
  return { kept: beyond, ofHangs: kept.length - beyond.length }
}

/** A place of a pool is lost together with a session that is not given back, or that the server ended. Which place went so is not known: the first ones are left out, as many as there are such sessions. */
function placesOf(counted: readonly Counted[], survivors: readonly Survivor[], ended: ReadonlyMap<string, Session>): readonly Survivor[] {
  const hung = counted.filter(({ hang }) => hang.session !== null)
  const others = new Set(survivors.flatMap(({ member }) => (isEnded(member) && !ended.has(member.id) ? [member.id] : [])))
  return survivors.filter(({ member }) => member.kind === 'place').slice(hung.length + others.size)
}

/**
 * How many half-closed sockets count in their own right. A front end keeps one for each request that hangs behind it, and a pool one for each session that the server has ended: only
 * sockets beyond those count. There are as many as were last seen; or, if no other process has any, as many as the beats saw appear by one load and another, even if later loads took
 * them away.
 */
function socketsOf(timeline: Timeline, frontEnds: ReadonlyMap<string, Process>, ofOthers: number): number {
  const last = frontEnds.values().reduce((sum, { closeWait }) => sum + closeWait, 0)
  const areAllTheirs = untouchedRests(timeline).every(({ last: { members } }) => members.every((member) => member.kind !== 'process' || member.closeWait === 0 || frontEnds.has(key(member))))
  return frontEnds.size === 0 ? 0 : Math.max(0, Math.max(last, areAllTheirs ? timeline.halfClosedSince.length : 0) - ofOthers)
}
