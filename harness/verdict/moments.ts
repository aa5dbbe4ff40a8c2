import type { Member, Session } from '../timeline/member.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { sessionsOfLostPlaces } from './places.ts'

/**
 * When something was left, as a clock tells it and not a look. Epoch milliseconds; `withinMs` is by how much that clock may differ from the load generator's. A request
 * begins its transaction sooner than it ends its last use of a session: `of` is the end of the request that it is nearer to.
 */
export type Moment = { readonly epochMs: number; readonly withinMs: number; readonly of: 'start' | 'end' }

/** Ages are rounded to a millisecond, and so is the clock that they are taken from. */
const ofTheServer = 2
/** The kernel counts starts of processes in ticks of 10 ms, from a boot whose moment is known to 10 ms. */
const ofTheKernel = 15

/**
 * The moment that a member carries of itself: its transaction began within the request that left it, its last use ended within it, its process started within it.
 * null where it carries none, or one that the load may have moved since.
 */
export function momentOf(timeline: Timeline, member: Member): Moment | null {
  switch (member.kind) {
    case 'session': {
      if (member.seenAtMs === undefined) return null
      if (member.transactionAgeMs !== null) return { epochMs: member.seenAtMs - member.transactionAgeMs, withinMs: ofTheServer, of: 'start' }
      return lastUseOf(timeline, member, member.seenAtMs)
    }
    case 'prepared-transaction':
      return member.seenAtMs === undefined ? null : { epochMs: member.seenAtMs - member.ageMs, withinMs: ofTheServer, of: 'end' }
    case 'process':
      return { epochMs: member.startedAtMs, withinMs: ofTheKernel, of: 'start' }
    case 'logged-session':
    case 'replication-slot':
    case 'temporary-table':
    case 'table':
    case 'server':
    case 'place':
    case 'other':
      return null
    default:
      return member satisfies never
  }
}

/**
 * When each of the locks was taken that a session keeps outside of any transaction, under a load. It goes on in its pool, so neither its start nor its last use tells.
 * Empty where nothing was seen of it: then the session stands for them.
 */
export function momentsOfLocks(timeline: Timeline, { transactionAgeMs, locksTaken = [] }: Session): readonly Moment[] {
  const loadMs = timeline.cycles[0]?.startedAtEpochMs ?? Number.POSITIVE_INFINITY
  if (transactionAgeMs !== null) return []
  return locksTaken.flatMap(({ afterMs, byMs }): readonly Moment[] => (byMs < loadMs ? [] : [{ epochMs: (afterMs + byMs) / 2, withinMs: (byMs - afterMs) / 2 + ofTheServer, of: 'start' }]))
}

/** When each of the half-closed sockets appeared: its peer hangs up as the request ends that it served, or soon after. */
export const momentsOfSockets = ({ halfClosedSince }: Timeline): readonly Moment[] => halfClosedSince.map(({ afterMs, byMs }) => ({ epochMs: (afterMs + byMs) / 2, withinMs: (byMs - afterMs) / 2, of: 'end' }))

/** The last use of an idle session is the one that left it if later loads passed it over. A session with a lock of its own goes on in its pool, and others use it. */
function lastUseOf(timeline: Timeline, { id, stateAgeMs, advisoryLocks, backendStartMs }: Session, seenAtMs: number): Moment | null {
  if (stateAgeMs === null || advisoryLocks > 0) return null
  const epochMs = seenAtMs - stateAgeMs
  const used = cycleAtEpoch(timeline, epochMs)
  const isPassedOver = timeline.doses.some(({ cycle, planned, dropped }) => used !== null && cycle > used && planned > dropped)
  return isPassedOver || sessionsOfLostPlaces(timeline).some((session) => session.id === id) || used === cycleAtEpoch(timeline, backendStartMs) ? { epochMs, withinMs: ofTheServer, of: 'end' } : null
}

/** The cycle in whose load or settle this moment was; null before the first. */
export const cycleAtEpoch = ({ cycles }: Timeline, epochMs: number): number | null => cycles.findLast(({ startedAtEpochMs }) => startedAtEpochMs <= epochMs)?.cycle ?? null
