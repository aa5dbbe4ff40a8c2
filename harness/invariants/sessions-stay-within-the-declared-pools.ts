import { bornIn, noRest, type Rest, untouchedRests } from '../verdict/rest.ts'
import { isProcess, isSession, ownThroughout } from '../verdict/stay.ts'
import type { Invariant } from '../verdict/verdict.ts'
import { count, duration, inOrder } from '../verdict/words.ts'

/**
 * A declared maximum is a hint and no law: a healthy pool frees the place before the connection is back, and so holds 12 sessions where it declares 10. Hence a warning; another
 * invariant judges growth.
 */
export default {
  name: 'sessions stay within the declared pools',
  check: (timeline) => {
    const { poolMaxPerProcess, listeners = 0 } = timeline.facts.limits
    if (poolMaxPerProcess === undefined) return { kind: 'not judged', sentence: 'no pool size is declared' }
    const sessionsAt = (rest: Rest) => ownThroughout(timeline, rest, isSession)
    const allowedAt = (rest: Rest): number => poolMaxPerProcess * ownThroughout(timeline, rest, isProcess).length + listeners
    const rests = untouchedRests(timeline)
    if (rests.length === 0) return noRest
    const worst = rests
      .map((rest) => ({ rest, over: sessionsAt(rest).length - allowedAt(rest) }))
      .reduce<{ readonly rest: Rest; readonly over: number } | null>((most, next) => (next.over > (most?.over ?? 0) ? next : most), null)

    if (worst === null) return { kind: 'pass', sentence: 'no more sessions at rest than the pools declare' }
    return {
      kind: 'warning',
      sentence: `the pools declare ${allowedAt(worst.rest)} and held ${count(sessionsAt(worst.rest).length, 'session')} at rest`,
      // It is not known which sessions are too many: those that came last stand for them.
      survivors: sessionsAt(worst.rest)
        .toSorted((a, b) => b.backendStartMs - a.backendStartMs || inOrder(a.id, b.id))
        .slice(0, worst.over)
        .map((member) => ({ member, why: `${member.state}, unused for ${duration(member.stateAgeMs ?? 0)}; last: ${member.query}`, bornIn: bornIn(timeline, member) })),
    }
  },
} satisfies Invariant
