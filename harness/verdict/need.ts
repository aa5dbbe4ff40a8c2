import { pairsOf } from '../attribution/pairs.ts'
import type { Member, Session } from '../timeline/member.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { type GrowthByIdentity, growthByIdentity } from './growth.ts'
import { remembered } from './remembered.ts'
import { bornIn, runningLooks } from './rest.ts'

/** Growth by identity; `byNeed` where it has come to an end once those are left out that the load has asked for. */
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
  return unused.kind === 'bounded' ? { ...growth, kind: 'bounded', byNeed: true } : { ...growth, byNeed: false }
}

/** In the words of both rules that ask. */
export const byNeedOf = (timeline: Timeline): string => `later loads used them again, and no more came than the ${mostInFlight(timeline)} requests that were in flight at once`

const mostInFlight = ({ doses }: Timeline): number => Math.max(0, ...doses.map(({ peakInFlight }) => peakInFlight))

/** A look is dated when it is done: the ages that it tells are older by as long as it took. */
const lookMs = 250

/** Sessions that began a statement in a load after that of their birth, and the processes that hold one: by what the looks at rest after it tell of their last. */
const usedAgain = remembered((timeline: Timeline): ReadonlySet<string> => {
  const used = new Set<string>()
  for (const look of runningLooks(timeline)) {
    const cycle = timeline.cycles.find((one) => one.cycle === look.cycle)
    const dose = timeline.doses.find((one) => one.cycle === look.cycle)
    if (cycle === undefined || dose === undefined || dose.counted === 0) continue
    const isUsed = (session: Session): boolean => {
      if (session.queryAgeMs === null || (bornIn(timeline, session) ?? -1) >= cycle.cycle) return false
      const begunMs = look.atMs - session.queryAgeMs
      return cycle.startMs <= begunMs && begunMs <= dose.atMs + lookMs
    }
    const inUse = new Set(look.members.filter((member) => member.kind === 'session' && isUsed(member)).map(({ id }) => id))
    for (const id of inUse) used.add(id)
    for (const { session, process } of pairsOf(look)) if (inUse.has(session.id) && (bornIn(timeline, process) ?? -1) < cycle.cycle) used.add(process.id)
  }
  return used
})
