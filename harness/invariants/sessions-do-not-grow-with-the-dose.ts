import type { Member, Session } from '../timeline/member.ts'
import { inSteps } from '../verdict/growth.ts'
import { byNeedOf, growthByNeed } from '../verdict/need.ts'
import { declaredFor, whoseEachIs } from '../verdict/pools.ts'
import { bornIn, finalRest, noRest, presentThroughout } from '../verdict/rest.ts'
import { isSession } from '../verdict/stay.ts'
import type { Invariant, Survivor } from '../verdict/verdict.ts'
import { count, duration } from '../verdict/words.ts'

/**
 * Idle sessions that each load adds and none takes away. Within its declared size a pool may still fill; a healthy one was seen to settle at 1.4 times its size. At twice its size and
 * still growing, it is a leak without a steady rate: losses come by chance, and a small load may lose none.
 */
export default {
  name: 'sessions do not grow with the dose',
  check: (timeline) => {
    const last = finalRest(timeline)
    if (last === undefined) return noRest
    const growth = growthByNeed(timeline, isAtEase)
    const declared = declaredFor(timeline, last.last, presentThroughout(last, isAtEase))
    const survivors: readonly Survivor[] = growth.stayed.map((member) => ({ member, why: whyOf(member), bornIn: bornIn(timeline, member), ofGrowth: true }))
    const said = `sessions at rest grew from ${growth.plateau} to ${growth.atEnd}: ${inSteps(growth)}`

    const isFarBeyond = declared !== null && growth.atEnd >= 2 * declared.size
    if (growth.kind === 'bounded') return { kind: 'pass', sentence: `sessions at rest did not go on growing with the load (${count(growth.atEnd, 'session')} at the end, ${growth.plateau} after the warm-up)` }
    // However many requests need one, a pool does not become twice as large as it is declared.
    if (growth.byNeed && !isFarBeyond) return { kind: 'pass', sentence: `${said}; ${byNeedOf(timeline)}` }
    if (declared?.kind === 'within') return { kind: 'pass', sentence: `${said}, within the ${declared.size} that the pools declare` }
    if (declared?.kind === 'perhaps') return { kind: 'inconclusive', sentence: `${said}, within the ${declared.size} that the pools declare only if processes that came with the load have one, too`, settledBy: whoseEachIs }
    if (isFarBeyond) return { kind: 'leak', sentence: `${said}, where the pools declare ${declared.size}`, survivors }
    switch (growth.kind) {
      case 'proportional':
        return { kind: 'leak', sentence: said, survivors }
      case 'unsettled':
        return { kind: 'inconclusive', sentence: `${said}; a pool that fills, or a slow leak`, settledBy: 'more cycles, or limits.poolMaxPerProcess' }
      default:
        return growth.kind satisfies never
    }
  },
} satisfies Invariant

/** Sessions whose transaction costs others something are judged by other invariants: here they would only make a pool that fills look like a leak. */
const isAtEase = (member: Member): member is Session => isSession(member) && member.state !== 'idle in transaction (aborted)' && !(member.transactionAgeMs !== null && (member.holdsXid || member.holdsXmin || member.relationLocks > 0))

const whyOf = ({ state, stateAgeMs, query }: Session): string => `${state}, unused for ${duration(stateAgeMs ?? 0)}; last: ${query}`
