import type { Member, Session } from '../timeline/member.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { growthByIdentity, inSteps } from '../verdict/growth.ts'
import { declaredFor, whoseEachIs } from '../verdict/pools.ts'
import { bornIn, finalRest, firstSightings, noRest, type Rest, runningLooks, untouchedRests } from '../verdict/rest.ts'
import { isSession, ownThroughout } from '../verdict/stay.ts'
import type { Invariant, Opinion, Survivor } from '../verdict/verdict.ts'
import { count, duration } from '../verdict/words.ts'

/** How many are needed for a leak, and from how many loads: one alone may belong to a second pool that was opened in a busy moment. */
const enough = { sessions: 2, loads: 2 }

/**
 * A session that never ran a query may be a connection that came too late for whoever asked for it, and that nobody has given up since. But pools that open sessions ahead of need also
 * rest with unused ones, and renew them. So only what exceeds both the plateau of all sessions and that of unused ones is accused, and only a session that stayed unused through later
 * loads while younger ones were opened and used.
 */
export default {
  name: 'every session is used',
  check: (timeline) => {
    const last = finalRest(timeline)
    if (last === undefined) return noRest
    const sessions = ownThroughout(timeline, last, isSession)
    const unused = sessions.filter(isUnused)
    const before = untouchedRests(timeline).filter((rest) => !isMeasured(timeline, rest)).map((rest) => ownThroughout(timeline, rest, isSession))
    const beyond = Math.min(unused.length - Math.max(0, ...before.map((all) => all.filter(isUnused).length)), sessions.length - Math.max(0, ...before.map(({ length }) => length)))
    const declared = declaredFor(timeline, last.last, sessions)?.kind
    if (unused.length === 0) return { kind: 'pass', sentence: 'every session at rest had run a query' }
    if (beyond <= 0 || declared === 'within') return { kind: 'pass', sentence: `${count(unused.length, 'session')} at rest never ran a query, as a pool has them that opens ahead of need` }

    const loads = new Map(unused.map((session) => [session, loadsMissed(timeline, session)]))
    const survivors = unused
      .filter((session) => (loads.get(session) ?? 0) > 0)
      .map((member) => ({ member, why: whyOf(member, loads), bornIn: bornIn(timeline, member) }))
    const growth = growthByIdentity(timeline, isUnusedSession)
    const beyondPools = `never ran a query, ${beyond} more than the pools account for`
    const convicted = (sentence: string, survivors: readonly Survivor[]): Opinion =>
      declared === 'perhaps' ? { kind: 'inconclusive', sentence: `${sentence}; they are no pool's that is declared, unless processes that came with the load have one, too`, settledBy: whoseEachIs } : { kind: 'leak', sentence, survivors }
    // If each load leaves more of them, no later load needs to have opened others: a pool that has places left opens none.
    if (growth.kind === 'proportional') return convicted(`${count(growth.stayed.length, 'session')} ${beyondPools}: ${inSteps(growth)}`, growth.stayed.map((member) => ({ member, why: whyOf(member, loads), bornIn: bornIn(timeline, member), ofGrowth: true })))
    const sentence = `${count(survivors.length, 'session')} ${beyondPools}, while younger ones were opened and used`
    if (survivors.length === 0) return { kind: 'pass', sentence: `${count(unused.length, 'session')} at rest never ran a query, and no later load had the time to use ${unused.length === 1 ? 'it' : 'them'}` }
    const long = survivors.filter(({ member }) => (loads.get(member) ?? 0) >= 2)
    if (long.length >= enough.sessions && new Set(long.map(({ bornIn: cycle }) => cycle)).size >= enough.loads) return convicted(sentence, survivors)
    return { kind: 'warning', sentence, survivors }
  },
} satisfies Invariant

const isUnused = ({ queryAgeMs, state }: Session): boolean => queryAgeMs === null && state === 'idle'

const isUnusedSession = (member: Member): member is Session => isSession(member) && isUnused(member)

const whyOf = (session: Session, loads: ReadonlyMap<Session, number>): string => {
  const missed = loads.get(session) ?? 0
  return `never ran a query in ${duration(session.stateAgeMs ?? 0)}${missed > 0 ? `, through ${count(missed, 'load')} in which younger sessions did` : ''}`
}

const isMeasured = ({ doses }: Timeline, { cycle }: Rest): boolean => doses.some((dose) => dose.cycle === cycle && dose.role === 'measured')

/**
 * How many later loads passed a session over: they began after it was first seen, and a younger session of the same client was opened in them and had run a query when they were over.
 * Opened after the cycle before had ended, since the very first request may be one of the harness's, just before the load.
 */
function loadsMissed(timeline: Timeline, session: Session): number {
  const seenMs = firstSightings(timeline).get(session)?.atMs ?? Number.POSITIVE_INFINITY
  const looks = runningLooks(timeline)
  return timeline.doses.filter(({ cycle, counted }) => {
    const span = timeline.cycles.find((one) => one.cycle === cycle)
    if (counted === 0 || span === undefined || span.startMs < seenMs) return false
    const seenAtEpochMs = span.startedAtEpochMs - span.startMs + seenMs
    const openedAfterMs = Math.max(seenAtEpochMs, timeline.cycles.findLast(({ endMs }) => endMs <= span.startMs)?.endedAtEpochMs ?? 0)
    return looks.some((look) => look.cycle === cycle && look.members.some((other) => isSession(other) && isUsedAndYounger(other, session, openedAfterMs)))
  }).length
}

const isUsedAndYounger = (other: Session, session: Session, openedAfterMs: number): boolean =>
  other.user === session.user && other.database === session.database && other.applicationName === session.applicationName && other.queryAgeMs !== null && other.backendStartMs >= openedAfterMs && other.backendStartMs > session.backendStartMs
