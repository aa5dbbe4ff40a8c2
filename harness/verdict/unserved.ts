import type { Session } from '../timeline/member.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { finalRest, presentThroughout } from './rest.ts'
import { isSession } from './stay.ts'

/** Routes that were served, and by the last two loads no more, while others were. `fromCycle`: from it on none of them was; `sent` requests went to them in vain since. */
export type Unserved = { readonly routes: readonly string[]; readonly served: readonly string[]; readonly fromCycle: number; readonly sent: number; readonly unused: readonly Session[] }

/** Fewer may have failed by chance. */
const enough = 5

/**
 * What some routes take and others do not has run out, as the places of a pool do that only they use. `unused` are the sessions that rest since before: with whoever took the places, where these have
 * sessions. An answer of 4xx is no want of anything: what is gone, or taken, by its first request. null where all routes still are served, or none.
 */
export function unservedOf(timeline: Timeline): Unserved | null {
  const lastLoads = new Set(timeline.doses.flatMap(({ cycle, planned, dropped }) => (planned > dropped ? [cycle] : [])).slice(-2))
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

/** Sessions that no load from this cycle on has used. */
function unusedSince(timeline: Timeline, fromCycle: number): readonly Session[] {
  const [rest, span] = [finalRest(timeline), timeline.cycles.find(({ cycle }) => cycle === fromCycle)]
  if (rest === undefined || span === undefined) return []
  return presentThroughout(rest, isSession).filter(({ state, stateAgeMs }) => state === 'idle' && stateAgeMs !== null && rest.last.atMs - stateAgeMs < span.startMs)
}
