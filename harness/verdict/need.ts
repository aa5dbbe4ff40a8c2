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

/** Growth by identity. `byNeed`: it went on, but does not once those are left out that later loads have used again. */
export type GrowthByNeed<M extends Member> = GrowthByIdentity<M> & { readonly byNeed: boolean }

/**
 * A set of workers, or a pool of no declared size, grows while more requests overlap than ever before, and on a busy machine that may be so in each load: three rises then easily look
 * steady. Two things tell it from a leak: later loads use again what earlier ones have added, as nobody uses what has leaked; and no more is added than requests were ever in flight at
 * once.
 */
export function growthByNeed<M extends Member>(timeline: Timeline, is: (member: Member) => member is M): GrowthByNeed<M> {
  const growth = growthByIdentity(timeline, is)
  if (growth.kind === 'bounded' || growth.stayed.length > mostInFlight(timeline)) return { ...growth, byNeed: false }
  const used = usedAgain(timeline)
  const unused = growthByIdentity(timeline, (member): member is M => is(member) && !used.has(member.id))
  return { ...growth, byNeed: unused.kind === 'bounded' }
}

/** Why growth by need is no leak, in words. */
export const byNeedOf = (timeline: Timeline): string => `later loads used them again, and no more came than the ${mostInFlight(timeline)} requests that were in flight at once`

const mostInFlight = ({ doses }: Timeline): number => Math.max(0, ...doses.map(({ peakInFlight }) => peakInFlight))

/** Ids of sessions that began a statement in a load after the one of their birth, and of the processes that opened these. By the last statement that looks at rest show. */
const usedAgain = remembered((timeline: Timeline): ReadonlySet<string> => {
  const used = new Set<string>()
  const isOlder = (member: Member, load: number): boolean => (bornIn(timeline, member) ?? -1) < load
  for (const look of runningLooks(timeline)) {
    const loads = new Map<string, number>()
    for (const session of look.members.filter(isSession)) {
      const load = lastLoadOf(timeline, look, session)
      // An application's signs of life prove no use: it sends them to sessions that leaked as well, and if there are many, to some only while a load is on.
      if (load !== null && isOlder(session, load) && !runAtRest(timeline).has(formOf(session))) loads.set(session.id, load)
    }
    for (const id of loads.keys()) used.add(id)
    for (const [id, pairs] of Map.groupBy(pairsOf(look), ({ session }) => session.id)) {
      // Only the oldest holder counts as used: a child process inherits the sockets of its parent, and later loads use these even if the child was left behind.
      const opener = pairs.map(({ process }) => process).reduce((oldest, next) => (oldest.startedAtMs <= next.startedAtMs ? oldest : next))
      if (isOlder(opener, loads.get(id) ?? -1)) used.add(opener.id)
    }
  }
  return used
})
