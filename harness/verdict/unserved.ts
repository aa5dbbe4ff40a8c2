import type { Session } from '../timeline/member.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { finalRest, presentThroughout } from './rest.ts'
import { sentBy } from './sent.ts'
import { isSession } from './stay.ts'

/**
 * Routes that were served and were no longer in the last two loads, while `served` ones were. None of them was served from `fromCycle` on; `sent` requests went to them in vain since.
 * `unused`: sessions that have rested since before.
 */
export type Unserved = { readonly routes: readonly string[]; readonly served: readonly string[]; readonly fromCycle: number; readonly sent: number; readonly unused: readonly Session[] }

/** Fewer requests may have failed by chance. */
const enough = 5

/**
 * Finds that something has run out which some routes take and others do not, as the places of a pool that only they use. `unused` sessions are with whoever took the places, where
 * places have sessions. A status of 4xx is no sign of that: what is asked for may be gone, or taken, after its first request. null where all routes are still served, or none.
 */
export function unservedOf(timeline: Timeline): Unserved | null {
  const lastLoads = new Set(timeline.doses.flatMap((dose) => (sentBy(dose) > 0 ? [dose.cycle] : [])).slice(-2))
  const routes = [...Map.groupBy(timeline.routes, ({ route }) => route)]
  const servedIn = (loads: Timeline['routes']): readonly number[] => loads.flatMap(({ cycle, counted }) => (counted > 0 ? [cycle] : []))
  const late = routes.filter(([, loads]) => loads.some(({ cycle }) => lastLoads.has(cycle)))
  const [served, others] = [late.filter(([, loads]) => servedIn(loads).some((cycle) => lastLoads.has(cycle))), late.filter(([, loads]) => !servedIn(loads).some((cycle) => lastLoads.has(cycle)))]
  const unserved = others.filter(([route, loads]) => servedIn(loads).length > 0 && timeline.failures.every((failure) => failure.route !== route || failure.status === 0 || failure.status >= 500))
  if (lastLoads.size < 2 || served.length === 0 || unserved.length === 0) return null

  const lastServed = Math.max(...unserved.flatMap(([, loads]) => servedIn(loads)))
  const inVain = unserved.flatMap(([, loads]) => loads).filter(({ cycle }) => cycle > lastServed)
  const sent = inVain.reduce((sum, { started }) => sum + started, 0)
  if (sent < enough) return null
  const fromCycle = Math.min(...inVain.map(({ cycle }) => cycle))
  return { routes: unserved.map(([route]) => route), served: served.map(([route]) => route), fromCycle, sent, unused: unusedSince(timeline, fromCycle) }
}

/** Idle sessions that no load from this cycle on has used. */
function unusedSince(timeline: Timeline, fromCycle: number): readonly Session[] {
  const [rest, span] = [finalRest(timeline), timeline.cycles.find(({ cycle }) => cycle === fromCycle)]
  if (rest === undefined || span === undefined) return []
  return presentThroughout(rest, isSession).filter(({ state, stateAgeMs }) => state === 'idle' && stateAgeMs !== null && rest.last.atMs - stateAgeMs < span.startMs)
}
