import type { Look, Reading } from '../timeline/entry.ts'
import type { Member } from '../timeline/member.ts'
import type { Stamped, Timeline } from '../timeline/timeline.ts'
import { byIdentity, type ByIdentity, type Identity } from './by-identity.ts'
import { cycleAt } from './cycle-at.ts'
import { remembered } from './remembered.ts'
import type { Opinion } from './verdict.ts'

/** How many looks in a row confirm what they show. A single look may fall between a COMMIT and the close after it. */
export const confirmation = 3

/** The last looks, at most three, of one reading after one cycle: verdicts rest on these. */
export type Rest = {
  readonly reading: Reading
  /** null outside cycles. */
  readonly cycle: number | null
  readonly looks: readonly Stamped<Look>[]
  readonly last: Stamped<Look>
  /** Whether three looks in a row were made. */
  readonly confirmed: boolean
  /** Whether every probe answered at all of these looks. Where one did not, what it watches is missing, and that proves nothing. */
  readonly complete: boolean
  /** Whether at all of these looks nothing was in flight and the server was at rest. */
  readonly quiet: boolean
}

/** Every rest of the run, in order. */
export const restsOf = remembered((timeline: Timeline): readonly Rest[] => {
  const groups: Stamped<Look>[][] = []
  for (const look of timeline.looks) {
    const group = groups.at(-1)
    const before = group?.at(-1)
    if (group && before?.reading === look.reading && before.cycle === look.cycle) group.push(look)
    else groups.push([look])
  }
  return groups.map(restOf)
})

/** Complete rests before which nothing was done that could heal: only these decide on a leak. */
export const untouchedRests = remembered((timeline: Timeline): readonly Rest[] =>
  restsOf(timeline).filter(({ reading, confirmed, complete }) => confirmed && complete && (reading === 'untouched' || reading === 'baseline')),
)

/** The untouched rest of the last measured cycle: what is left when all the load has gone. */
export const finalRest = (timeline: Timeline): Rest | undefined => untouchedRests(timeline).findLast((rest) => rest.reading === 'untouched')

/** The opinion of an invariant on a run without rests: nothing was seen, so nothing can be cleared. */
export const noRest: Opinion = { kind: 'inconclusive', sentence: 'there were no three looks in a row after any load', settledBy: 'a run that gets as far as its first rest' }

/** Members seen on every look of the rest, as its last look shows them; in the order of their identities. */
export function presentThroughout<M extends Member>(rest: Rest, is: (member: Member) => member is M): readonly M[] {
  const isThere = (look: Look, member: M): boolean => {
    const found = memberAt(look, member)
    return found !== undefined && is(found)
  }
  return rest.last.members.filter((member): member is M => is(member) && memberAt(rest.last, member) === member && rest.looks.every((look) => look === rest.last || isThere(look, member))).sort(byId)
}

/** This identity on each look of the rest that shows it, oldest first. */
export const readingsOf = <M extends Member>(rest: Rest, member: M): readonly M[] => rest.looks.flatMap((look) => (memberAt(look, member) as M | undefined) ?? [])

/** This identity as a look shows it. */
export function memberAt(look: Look, member: Identity): Member | undefined {
  const found = (indices.get(look) ?? indexed(look)).get(member.id)
  // Another kind of thing rarely has the same id.
  return found === undefined || found.kind === member.kind ? found : look.members.find(({ kind, id }) => kind === member.kind && id === member.id)
}

/** Members by id alone; of several with the same id the first. */
function indexed(look: Look): ReadonlyMap<string, Member> {
  const index = new Map<string, Member>()
  for (const member of look.members) if (!index.has(member.id)) index.set(member.id, member)
  indices.set(look, index)
  return index
}
const indices = new WeakMap<Look, ReadonlyMap<string, Member>>()

/** All looks before the application was stopped. */
export const runningLooks = remembered((timeline: Timeline): readonly Stamped<Look>[] => timeline.looks.filter(({ reading }) => reading !== 'stopped'))

/** The first look that shows an identity: its birth as far as the run can tell, whatever the clocks say. */
export const firstSightings = remembered((timeline: Timeline): Pick<ByIdentity<Stamped<Look>>, 'get'> => {
  const first = byIdentity<Stamped<Look>>()
  for (const look of timeline.looks) for (const member of look.members) if (!first.has(member)) first.set(member, look)
  return first
})

/** The number, among the running looks, of the last that shows an identity. */
export const lastSightings = remembered((timeline: Timeline): Pick<ByIdentity<number>, 'get'> => {
  const last = byIdentity<number>()
  for (const [at, look] of runningLooks(timeline).entries()) for (const member of look.members) last.set(member, at)
  return last
})

/**
 * The cycle in which an identity was born, by the first look that shows it; null when it is older than the first cycle. Clocks are asked only for the latter: a process's start is known
 * to a second only, and a session's by another machine's clock.
 */
export function bornIn(timeline: Timeline, member: Member): number | null {
  const look = firstSightings(timeline).get(member)
  return look === undefined || isOlderThanLoad(timeline, member) ? null : cycleOf(timeline, look)
}

/** The cycle that a look follows, or in which it was made; null before the first. */
export const cycleOf = (timeline: Timeline, { cycle, atMs }: Stamped<Look>): number | null => cycle ?? cycleAt(timeline, atMs)

/** Whether it was seen before the first request, or by its clock certainly began before it. */
export function isOlderThanLoad(timeline: Timeline, member: Member): boolean {
  const [first] = timeline.cycles
  if (first === undefined) return false
  const seenMs = firstSightings(timeline).get(member)?.atMs ?? Number.POSITIVE_INFINITY
  return seenMs < first.startMs || bornAtEpochMs(member) < first.startedAtEpochMs - 1_000
}

function bornAtEpochMs(member: Member): number {
  if (member.kind === 'session') return member.backendStartMs
  return member.kind === 'process' ? member.startedAtMs : Number.POSITIVE_INFINITY
}

/** Kind and id together, as one name. */
export const key = ({ kind, id }: Identity): string => `${kind} ${id}`

const restOf = (group: readonly Stamped<Look>[]): Rest => {
  const looks = group.slice(-confirmation)
  const last = looks.at(-1) as Stamped<Look>
  return {
    reading: last.reading,
    cycle: last.cycle ?? null,
    looks,
    last,
    confirmed: looks.length === confirmation,
    complete: looks.every(({ missed = [] }) => missed.length === 0),
    quiet: looks.every(({ quiescent }) => quiescent),
  }
}

const byId = (a: Member, b: Member): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
