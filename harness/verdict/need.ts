import { holdersOf, pairsOf } from '../attribution/pairs.ts'
import type { Member, Process, Session } from '../timeline/member.ts'
import { formOf } from '../timeline/standing-queries.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { type GrowthByIdentity, growthByIdentity } from './growth.ts'
import { remembered } from './remembered.ts'
import { bornIn } from './rest.ts'
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

/** A look is dated when it is done: the ages that it tells are older by as long as it took. */
const lookMs = 250

/** So long after a load even what the slowest of looks tells has begun at rest. */
const surelyAtRestMs = 1_000

/** Sessions that began a statement in a load after that of their birth, and the processes that opened one: by what the looks at rest after it tell of their last. */
const usedAgain = remembered((timeline: Timeline): ReadonlySet<string> => {
  const used = new Set<string>()
  for (const { look, startMs, endMs, isLoaded } of looksAfterLoads(timeline)) {
    if (!isLoaded) continue
    const isUsed = (session: Session): boolean => {
      if (session.queryAgeMs === null || (bornIn(timeline, session) ?? -1) >= (look.cycle ?? -1) || runAtRest(timeline).has(formOf(session))) return false
      const begunMs = look.atMs - session.queryAgeMs
      return startMs <= begunMs && begunMs <= endMs + lookMs
    }
    const pairs = pairsOf(look)
    for (const session of look.members.filter(isSession).filter(isUsed)) {
      used.add(session.id)
      const opener = oldestOf(holdersOf(pairs, session))
      if (opener !== undefined && (bornIn(timeline, opener) ?? -1) < (look.cycle ?? -1)) used.add(opener.id)
    }
  }
  return used
})

/** A child inherits the sockets of its parent, and later loads use these whether or not it is left behind. */
const oldestOf = (holders: readonly Process[]): Process | undefined => holders.toSorted((a, b) => a.startedAtMs - b.startedAtMs)[0]

/** The forms of statements that begin without a load: an application that asks its sessions for a sign of life now and then asks those that leaked as well, and to some of them a load is on just then. */
const runAtRest = remembered((timeline: Timeline): ReadonlySet<string> => {
  const forms = new Set<string>()
  for (const { look, startMs, endMs, isLoaded } of looksAfterLoads(timeline))
    for (const session of look.members.filter(isSession)) if (session.queryAgeMs !== null && look.atMs - session.queryAgeMs > (isLoaded ? endMs : startMs) + surelyAtRestMs) forms.add(formOf(session))
  return forms
})

/** The looks at rest of each cycle, before anything is asked of the application; `isLoaded` where it has answered requests in that cycle. */
const looksAfterLoads = remembered((timeline: Timeline) => {
  const starts = new Map(timeline.cycles.map(({ cycle, startMs }) => [cycle, startMs]))
  const doses = new Map(timeline.doses.map((dose) => [dose.cycle, dose]))
  return timeline.looks.flatMap((look) => {
    const [startMs, dose] = [starts.get(look.cycle ?? -1), doses.get(look.cycle ?? -1)]
    if ((look.reading !== 'untouched' && look.reading !== 'baseline') || startMs === undefined || dose === undefined) return []
    return [{ look, startMs, endMs: dose.atMs, isLoaded: dose.counted > 0 }]
  })
})
