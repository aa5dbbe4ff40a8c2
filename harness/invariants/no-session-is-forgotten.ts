import { holdersOf, pairsOf } from '../attribution/pairs.ts'
import type { Session } from '../timeline/member.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { measuredDoses } from '../verdict/measured-doses.ts'
import { declaredFor, whoseEachIs } from '../verdict/pools.ts'
import { bornIn, finalRest, noRest, type Rest, runningLooks, untouchedRests } from '../verdict/rest.ts'
import { isPlanted, isSession, latestOfEach, staysAt, survivor } from '../verdict/stay.ts'
import type { Invariant } from '../verdict/verdict.ts'
import { count, duration } from '../verdict/words.ts'

/** How many are needed for a leak, and from how many loads: one alone may belong to a second pool that was opened in a busy moment. */
const enough = { sessions: 3, loads: 2 }

/**
 * A pool opens no session while it has an idle one. So a session that rests unused since the load that opened it, while the same process opened others under a later load, is no longer
 * in any pool: nobody will use it, and nobody will close it. Counts may hide it, where other sessions are closed for being idle.
 */
export default {
  name: 'no session is forgotten',
  check: (timeline) => {
    const last = finalRest(timeline)
    if (last === undefined) return noRest
    const forgotten = latestOfEach(staysAt(timeline, last, { is: isIdle })).filter(({ member }) => isForgotten(timeline, member, last))
    const loads = new Set(forgotten.map(({ member }) => bornIn(timeline, member)))
    if (forgotten.length === 0) return { kind: 'pass', sentence: 'no session rested unused while its process opened others' }
    // A pool that renews its sessions opens some ahead of need: only beyond the declared size are they certainly not its own. At any rest of the run, since by the last one others may have been closed for being idle.
    const declared = new Set(untouchedRests(timeline).flatMap(({ looks }) => looks.map((look) => declaredFor(timeline, look, look.members.filter(isSession).filter((session) => !isPlanted(timeline, session, look)))?.kind)))
    const sentence = `${count(forgotten.length, 'session')} rested unused since the ${loads.size === 1 ? 'load' : `${loads.size} loads`} that opened ${forgotten.length === 1 ? 'it' : 'them'}, while later loads opened others`
    const survivors = forgotten.map((stay) => survivor(stay, `idle and unused for ${duration(stay.latest.stateAgeMs ?? 0)}; last: ${stay.latest.query}`))
    const isEnough = forgotten.length >= enough.sessions && loads.size >= enough.loads
    if (isEnough && declared.has('beyond')) return { kind: 'leak', sentence, survivors }
    if (isEnough && declared.has('perhaps')) return { kind: 'inconclusive', sentence: `${sentence}; they are no pool's that is declared, unless processes that came with the load have one, too`, settledBy: whoseEachIs }
    return { kind: 'warning', sentence: `${sentence}: a second pool may, too`, survivors }
  },
} satisfies Invariant

const isIdle = (member: { readonly kind: string }): member is Session => member.kind === 'session' && (member as Session).state === 'idle' && (member as Session).queryAgeMs !== null

/** Whether a session was opened by a measured load, last used in it, and passed over by a later load that opened a younger session for the same process. */
function isForgotten(timeline: Timeline, session: Session, { last }: Rest): boolean {
  const cycle = timeline.cycles.find((span) => span.cycle === bornIn(timeline, session))
  if (cycle === undefined || cycle.role !== 'measured' || last.atMs - (session.stateAgeMs ?? 0) > cycle.endMs) return false
  const later = measuredDoses(timeline).filter(({ counted, cycle: other }) => counted > 0 && other > cycle.cycle).flatMap((dose) => timeline.cycles.filter((span) => span.cycle === dose.cycle))
  const owners = new Set(holdersOf(pairsOf(last), session).map(({ id }) => id))
  return later.some((span) =>
    runningLooks(timeline).some((look) => look.cycle === span.cycle && look.members.some((other) => isSession(other) && other.backendStartMs >= span.startedAtEpochMs && other.backendStartMs > session.backendStartMs && isOfTheSame(session, other, owners, look))),
  )
}

/** Whether two sessions have the same client and, where that is known, the same process. */
function isOfTheSame(session: Session, other: Session, owners: ReadonlySet<string>, look: Parameters<typeof pairsOf>[0]): boolean {
  const holders = holdersOf(pairsOf(look), other)
  return other.user === session.user && other.database === session.database && other.applicationName === session.applicationName && (owners.size === 0 || holders.length === 0 || holders.some(({ id }) => owners.has(id)))
}
