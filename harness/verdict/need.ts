import { pairsOf } from '../attribution/pairs.ts'
import type { Member, Session } from '../timeline/member.ts'
import { formOf } from '../timeline/standing-queries.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { lookMs, runAtRest } from './at-rest.ts'
import { type GrowthByIdentity, growthByIdentity } from './growth.ts'
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

/** Sessions that began a statement in a load after that of their birth, and the processes that opened one: by what the looks at rest after it tell of their last. */
const usedAgain = remembered((timeline: Timeline): ReadonlySet<string> => {
  const used = new Set<string>()
  for (const look of runningLooks(timeline)) {
    const cycle = timeline.cycles.find((one) => one.cycle === look.cycle)
    const dose = timeline.doses.find((one) => one.cycle === look.cycle)
    if (cycle === undefined || dose === undefined || dose.counted === 0) continue
    const isUsed = (session: Session): boolean => {
      const begunMs = look.atMs - (session.queryAgeMs ?? Number.NaN)
      if (!(cycle.startMs <= begunMs && begunMs <= dose.atMs + lookMs) || (bornIn(timeline, session) ?? -1) >= cycle.cycle) return false
      // What asks its sessions for a sign of life asks those that leaked as well, and of many some only while a load is on.
      return !runAtRest(timeline).has(formOf(session))
    }
    const inUse = new Set(look.members.filter(isSession).filter(isUsed).map(({ id }) => id))
    for (const id of inUse) used.add(id)
    for (const pairs of Map.groupBy(pairsOf(look).filter(({ session }) => inUse.has(session.id)), ({ session }) => session.id).values()) {
      // A child inherits the sockets of its parent, and later loads use these whether or not it is left behind.
      const opener = pairs.map(({ process }) => process).reduce((oldest, next) => (oldest.startedAtMs <= next.startedAtMs ? oldest : next))
      if ((bornIn(timeline, opener) ?? -1) < cycle.cycle) used.add(opener.id)
    }
  }
  return used
})
