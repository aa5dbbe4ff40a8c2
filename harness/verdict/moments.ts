import { begunOf, ofTheServerMs } from '../timeline/begun.ts'
import type { Member, Session } from '../timeline/member.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { cycleAtEpoch } from './cycle-at.ts'
import { sessionsOfLostPlaces } from './places.ts'
import { remembered } from './remembered.ts'
import { memberAt, type Rest, untouchedRests } from './rest.ts'
import { sentBy } from './sent.ts'

/**
 * When something was left, as a clock tells it and not a look, in epoch milliseconds. `withinMs`: by how much that clock may differ from the load generator's. `of`: which end of its
 * request the moment is nearer to. A transaction begins soon after its request, the last use of a session ends shortly before the request does.
 */
export type Moment = { readonly epochMs: number; readonly withinMs: number; readonly of: 'start' | 'end' }

/** The moment that a member itself tells: when its transaction began, when its last use ended, when its process started. null where it tells none, or where a later load may have changed it. */
export function momentOf(timeline: Timeline, member: Member): Moment | null {
  const begun = begunOf(member)
  // A transaction is prepared at the end of its request.
  if (begun !== null) return { ...begun, of: member.kind === 'prepared-transaction' ? 'end' : 'start' }
  return member.kind === 'session' && member.seenAtMs !== undefined ? lastUseOf(timeline, member, member.seenAtMs) : null
}

/**
 * When each lock was taken that a session keeps outside of any transaction. Such a session goes on in its pool, so neither its start nor its last use tells. Empty where no lock was
 * seen to be taken: then the session itself is dated.
 */
export function momentsOfLocks(timeline: Timeline, session: Session): readonly Moment[] {
  const { transactionAgeMs, locksTaken = [] } = session
  const loadMs = timeline.cycles[0]?.startedAtEpochMs ?? Number.POSITIVE_INFINITY
  if (transactionAgeMs !== null) return []
  return locksTaken
    .toSorted((a, b) => a.afterMs - b.afterMs)
    .flatMap(({ afterMs, byMs }, nth) => {
      if (byMs < loadMs) return []
      const heldMs = heldSinceMs(timeline, session, nth + 1)
      // The lock was taken anew since it was first left: of the first time only the rest tells that showed it held.
      return [between(timeline, heldMs < afterMs ? Number.NEGATIVE_INFINITY : afterMs, Math.min(byMs, heldMs) + ofTheServerMs, 'start')]
    })
}

/** From which rest on a session has held at least this many locks at every rest, in epoch milliseconds. By then they were left, even if one was released and taken anew since. */
function heldSinceMs(timeline: Timeline, session: Session, locks: number): number {
  const holds = ({ last }: Rest): boolean => ((memberAt(last, session) as Session | undefined)?.advisoryLocks ?? 0) >= locks
  const rests = untouchedRests(timeline)
  const first = rests[rests.findLastIndex((rest) => !holds(rest)) + 1]
  return (first && (memberAt(first.last, session) as Session | undefined)?.seenAtMs) ?? Number.POSITIVE_INFINITY
}

/**
 * When each half-closed socket was left. Its peer hangs up when the request ends that it served, or soon after. But a connection that is kept alive ends with the whole load, and then
 * any request of that may be the one.
 */
export const momentsOfSockets = (timeline: Timeline): readonly Moment[] =>
  timeline.halfClosedSince.map(({ afterMs, byMs }) => {
    const load = loadAt(timeline, byMs)
    return between(timeline, load !== null && load.endMs <= byMs ? Math.min(afterMs, load.startMs) : afterMs, byMs, 'end')
  })

/** Some moment between these two, within the cycle of the later one. */
function between({ cycles }: Timeline, afterMs: number, byMs: number, of: Moment['of']): Moment {
  const cycle = cycles.findLast(({ startedAtEpochMs }) => startedAtEpochMs <= byMs)
  const fromMs = Math.max(afterMs, cycle?.startedAtEpochMs ?? Number.NEGATIVE_INFINITY)
  return { epochMs: (fromMs + byMs) / 2, withinMs: (byMs - fromMs) / 2, of }
}

/** From the start of the first request to the end of the last in the cycle of this moment; null where requests were not recorded. */
function loadAt(timeline: Timeline, epochMs: number): { readonly startMs: number; readonly endMs: number } | null {
  const cycle = cycleAtEpoch(timeline, epochMs)
  return cycle === null ? null : (loadsOf(timeline).get(cycle) ?? null)
}

const loadsOf = remembered(({ flights }: Timeline): ReadonlyMap<number, { readonly startMs: number; readonly endMs: number }> =>
  new Map([...Map.groupBy(flights, ({ cycle }) => cycle)].map(([cycle, routes]) => [cycle, { startMs: Math.min(...routes.map(({ startsMs }) => startsMs[0] ?? Number.POSITIVE_INFINITY)), endMs: Math.max(...routes.map(({ endsMs }) => endsMs.reduce((last, one) => Math.max(last, one), Number.NEGATIVE_INFINITY))) }])),
)

/** When an idle session was last used. That use left it, if later loads passed it over. null for a session that holds a lock: it goes on in its pool, and others use it. */
function lastUseOf(timeline: Timeline, { id, stateAgeMs, advisoryLocks, backendStartMs }: Session, seenAtMs: number): Moment | null {
  if (stateAgeMs === null || advisoryLocks > 0) return null
  const epochMs = seenAtMs - stateAgeMs
  const used = cycleAtEpoch(timeline, epochMs)
  const isPassedOver = timeline.doses.some((dose) => used !== null && dose.cycle > used && sentBy(dose) > 0)
  return isPassedOver || sessionsOfLostPlaces(timeline).some((session) => session.id === id) || used === cycleAtEpoch(timeline, backendStartMs) ? { epochMs, withinMs: ofTheServerMs, of: 'end' } : null
}
