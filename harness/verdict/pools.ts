import { pairsOf } from '../attribution/pairs.ts'
import type { Look } from '../timeline/entry.ts'
import type { Session } from '../timeline/member.ts'
import type { Stamped, Timeline } from '../timeline/timeline.ts'
import { isOlderThanLoad } from './rest.ts'
import { isPlanted, isProcess } from './stay.ts'

/**
 * Whether the pools declare this many sessions. `within`: the processes from before the first request may hold as many, or no process holds more than its pool. `perhaps`: only if those
 * that came later have pools too, which nobody can tell, as they may have been left behind like the sessions; more of them must not excuse more of these. `beyond`: neither. `size`: of
 * all pools together.
 */
export type Declared = { readonly kind: 'within' | 'perhaps' | 'beyond'; readonly size: number }

/** What would settle a `perhaps`. */
export const whoseEachIs = 'a run whose workers are all there before its load, or one without a proxy, which shows whose each session is'

/** Compares sessions with what the processes that a look shows declare together; null where no size is declared. */
export function declaredFor(timeline: Timeline, look: Stamped<Look>, sessions: readonly Session[]): Declared | null {
  const { poolMaxPerProcess, listeners = 0 } = timeline.facts.limits
  if (poolMaxPerProcess === undefined) return null
  const processes = look.members.filter(isProcess).filter((process) => !isPlanted(timeline, process, look))
  const size = poolMaxPerProcess * processes.length + listeners
  const certain = poolMaxPerProcess * processes.filter((process) => isOlderThanLoad(timeline, process)).length + listeners
  if (sessions.length <= certain) return { kind: 'within', size }
  const counted = new Set(sessions.map(({ id }) => id))
  const held = pairsOf(look).filter(({ session }) => counted.has(session.id))
  const owned = new Set(held.map(({ session }) => session.id))
  const most = Math.max(0, ...Map.groupBy(held, ({ process }) => process.id).values().map(({ length }) => length))
  if (owned.size === counted.size) return { kind: most <= poolMaxPerProcess + listeners ? 'within' : 'beyond', size }
  return { kind: sessions.length <= size ? 'perhaps' : 'beyond', size }
}
