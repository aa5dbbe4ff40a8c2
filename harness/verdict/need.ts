import { pairsOf } from '../attribution/pairs.ts'
import type { Member } from '../timeline/member.ts'
import { formOf } from '../timeline/standing-queries.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { runAtRest } from './at-rest.ts'
import { type GrowthByIdentity, growthByIdentity } from './growth.ts'
import { lastLoadOf } from './last-load.ts'
import { remembered } from './remembered.ts'
import { bornIn, runningLooks } from './rest.ts'
import { isSession } from './stay.ts'

/** Growth by identity; `byNeed` where it goes on, and has come to an end once those are left out that the load has asked for. */
export type GrowthByNeed<M extends Member> = GrowthByIdentity<M> & { readonly byNeed: boolean }

/**
 * A set of workers, or a pool of no declared size, grows while requests overlap more than they ever did, and on a busy machine that may be so in each load: three rises are soon steady by
 * chance. What tells it from a leak is that later loads use again what earlier ones have added (what leaked, nothing asks any more), and that no more is added than requests were ever in flight.
 */
export function growthByNeed<M extends Member>(timeline: Timeline, is: (member: Member) => member is M): GrowthByNeed<M> {
  const growth = growthByIdentity(timeline, is)
  if (growth.kind === 'bounded' || growth.stayed.length > mostInFlight(timeline)) return { ...growth, byNeed: false }
  const used = usedAgain(timeline)
  const unused = growthByIdentity(timeline, (member): member is M => is(member) && !used.has(member.id))
  return { ...growth, byNeed: unused.kind === 'bounded' }
}

/** In the words of both rules that ask. */
export const byNeedOf = (timeline: Timeline): string => `later loads used them again, and no more came than the ${mostInFlight(timeline)} requests that were in flight at once`

const mostInFlight = ({ doses }: Timeline): number => Math.max(0, ...doses.map(({ peakInFlight }) => peakInFlight))

/** Sessions that began a statement in a load after that of their birth, and the processes that opened one: by what the looks at rest tell of their last. */
const usedAgain = remembered((timeline: Timeline): ReadonlySet<string> => {
  const used = new Set<string>()
  const isOlder = (member: Member, load: number): boolean => (bornIn(timeline, member) ?? -1) < load
  for (const look of runningLooks(timeline)) {
    const loads = new Map<string, number>()
    for (const session of look.members.filter(isSession)) {
      const load = lastLoadOf(timeline, look, session)
      // What asks its sessions for a sign of life asks those that leaked as well, and of many some only while a load is on.
      if (load !== null && isOlder(session, load) && !runAtRest(timeline).has(formOf(session))) loads.set(session.id, load)
    }
    for (const id of loads.keys()) used.add(id)
    for (const [id, pairs] of Map.groupBy(pairsOf(look), ({ session }) => session.id)) {
      // A child inherits the sockets of its parent, and later loads use these whether or not it is left behind.
      const opener = pairs.map(({ process }) => process).reduce((oldest, next) => (oldest.startedAtMs <= next.startedAtMs ? oldest : next))
      if (isOlder(opener, loads.get(id) ?? -1)) used.add(opener.id)
    }
  }
  return used
})
