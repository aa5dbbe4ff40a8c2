import type { Capacity } from '../timeline/entry.ts'
import type { Member, Session } from '../timeline/member.ts'
import type { Stamped, Timeline } from '../timeline/timeline.ts'
import { remembered } from './remembered.ts'
import { isOlderThanLoad, presentThroughout, restsOf } from './rest.ts'
import { isPlanted, isSession } from './stay.ts'

/** The places that requests found at once, before the load and after it, each in the best reading. */
export type Places = {
  /** With no more than are known to be there. */
  readonly before: Stamped<Capacity> | null
  readonly after: Stamped<Capacity> | null
  /** Each that was lost, by the cycle under whose load it was; null where the pool was not asked after each. */
  readonly lostIn: readonly (number | null)[]
  /** As many as any reading found, up to the one after the load. */
  readonly most: number
}

/** What the readings of the pool say. Nothing makes a lost place answer: a later reading that finds more shows that an earlier one met a busy machine. */
export const placesOf = remembered(({ capacities, doses }: Timeline): Places => {
  const found = bestOf(capacities, 'before-load')
  const before = found && { ...found, parallel: Math.min(found.parallel, foundTwice(capacities)) }
  const after = bestOf(capacities, 'after-load')
  if (before === null || after === null) return { before, after, lostIn: [], most: 0 }
  const known = capacities.flatMap((one) => (one.when === 'after-cycle' ? [{ cycle: one.cycle, parallel: one.parallel }] : []))
  const lastCycle = doses.findLast(({ planned }) => planned > 0)?.cycle
  const readings = known.length === 0 || lastCycle === undefined ? [{ cycle: null, parallel: after.parallel }] : [...known, { cycle: lastCycle, parallel: after.parallel }]
  let places = before.parallel
  const lostIn = readings.flatMap(({ cycle }, i) => {
    const certain = mostOf(readings.slice(i))
    const lost = Math.max(0, places - certain)
    places -= lost
    return Array.from({ length: lost }, () => cycle)
  })
  return { before, after, lostIn, most: mostOf([...(found === null ? [] : [found]), ...readings]) }
})

/**
 * As many as two tries have found, up to those after the load. If the harness is held up just as the first requests are answered, by a busy machine, they seem to have taken as long as whoever waited for their
 * places: one try alone may find more than there are, and they would be missed ever after. Older records asked once before the load, and have no second try to hold it against.
 */
function foundTwice(capacities: readonly Stamped<Capacity>[]): number {
  if (capacities.filter(({ when }) => when === 'before-load').length < 2) return Number.POSITIVE_INFINITY
  const tries = capacities.flatMap((one) => (one.when === 'before-load' || one.when === 'after-cycle' || one.when === 'after-load' ? one.tries : []))
  return tries.toSorted((a, b) => b - a)[1] ?? 0
}

/** The control of the readings: what was found while the harness held some places, and once it held none. `left`: as many as were to be found then, with those that a collection had given back. */
export type ControlOfPlaces = { readonly left: number; readonly held: readonly Extract<Stamped<Capacity>, { when: 'places-held' }>[]; readonly released: Stamped<Capacity> | null }

export const controlOfPlaces = remembered((timeline: Timeline): ControlOfPlaces => {
  const { capacities } = timeline
  return {
    left: Math.max(placesOf(timeline).after?.parallel ?? 0, mostOf(capacities.filter(({ when }) => when === 'after-collection'))),
    held: capacities.filter((one) => one.when === 'places-held'),
    released: capacities.find(({ when }) => when === 'places-released') ?? null,
  }
})

/**
 * By how many places the readings are wrong at most, as far as the control shows, which knows what is to be found: fewer while the harness holds some, as many as before when it lets go. 0 without a control.
 * A pool that opens its sessions slowly, or a machine that is too busy, has no readings to tell one lost place by. More than before is as wrong, unless a collection in between may have given places back: that is
 * believed where all readings between the last load and the collection agree, of which there must be two.
 */
export const misreadPlaces = (timeline: Timeline): number => {
  const { capacities, looks, doses } = timeline
  const { after } = placesOf(timeline)
  const { left, held, released } = controlOfPlaces(timeline)
  if (after === null || released === null) return 0
  const lastCycle = doses.findLast(({ planned }) => planned > 0)?.cycle
  const sinceLoad = capacities.filter((one) => one.when === 'after-load' || (one.when === 'after-cycle' && one.cycle === lastCycle))
  const givenBack = left - after.parallel
  const believed = sinceLoad.length >= 2 && sinceLoad.every(({ parallel }) => parallel === after.parallel)
  // Older records did not ask again after a collection.
  const mayBeCollected = givenBack === 0 && looks.some(({ reading }) => reading === 'collected') && !capacities.some(({ when }) => when === 'after-collection')
  const differing = held.map((one) => Math.min(...one.tries.map((found) => (mayBeCollected ? Math.max(0, left - one.held - found) : Math.abs(left - one.held - found)))))
  return Math.max(0, ...differing, left - released.parallel, mayBeCollected ? 0 : released.parallel - left, believed ? 0 : givenBack)
}

/** Of so many tries that asked for more places than are left, so many found exactly these. */
export type Agreement = { readonly tries: number; readonly exact: number }

/** Of each reading from the try on that found most: until then a pool may have been filling. Older records do not tell, and have no tries here; nor has a pool without a place, which no lateness looks like: the first answer is never late. */
export function agreementOf(capacities: readonly Capacity[], left: number): Agreement {
  if (left === 0) return { tries: 0, exact: 0 }
  const exact = capacities.flatMap((one) => {
    const held = one.when === 'places-held' ? one.held : 0
    const begun = held > 0 ? 0 : one.tries.indexOf(one.parallel)
    return one.tries.flatMap((found, i) => (i >= begun && (one.sent?.[i] ?? 0) > left ? [found === left - held] : []))
  })
  return { tries: exact.length, exact: exact.filter(Boolean).length }
}

/** Of all tries since the last load: those before a collection for more places than were left then, those after it for more than it left. */
export const agreementSinceLoad = remembered((timeline: Timeline): Agreement => {
  const { capacities } = timeline
  const of = (left: number, ...whens: readonly Capacity['when'][]): Agreement => agreementOf(capacities.filter(({ when }) => whens.includes(when)), left)
  const [before, since] = [of(placesOf(timeline).after?.parallel ?? 0, 'after-load'), of(controlOfPlaces(timeline).left, 'after-collection', 'places-held', 'places-released')]
  return { tries: before.tries + since.tries, exact: before.exact + since.exact }
})

/** So many tries that all find the same have not done so by chance; nor has this share of `most` or more. */
export type AgreementRule = { readonly all: number; readonly most: number; readonly share: number }

export const agreementRule: AgreementRule = { all: 8, most: 14, share: 0.7 }

/** So many that find the same in a row have not done so by chance. */
export const enoughTries = agreementRule.all

/**
 * Whether tries agree so well that chance has not made them. Where answers come late by chance, as behind a slow database, some of a whole pool's do in most tries, now more of them and now fewer: it looks smaller than it is, but not by
 * the same number for long. One answer in ten late takes one of ten places away most easily: then eight tries in a row say so in 0.05 % of runs (binomial), and 70 % of fourteen, none of which finds more, in 0.1 %.
 */
export const agree = ({ tries, exact }: Agreement, { all, most, share }: AgreementRule = agreementRule): boolean => tries === 0 || (tries >= all && exact === tries) || (tries >= most && exact >= share * tries)

/** How many processes have a pool that a request may meet; `certain` are those from before the first request: what a load has started may serve beside them, or be left behind. */
export type Pooling = { readonly processes: number; readonly certain: number }

/**
 * Of how many processes the pools are that requests for a place may meet: as declared, else as many as any look shows with sessions of their own. Of several it is chance which of them a request meets, and some wait for one
 * while another has places left: how many are found differs from time to time.
 */
export const pooling = remembered((timeline: Timeline): Pooling => {
  const { workers } = timeline.facts.limits
  const most = (of: (members: readonly Member[]) => readonly Member[]): number => Math.max(1, ...(workers === undefined ? timeline.looks.map(({ members }) => withSessions(of(members))) : [workers]))
  return { processes: most((members) => members), certain: most((members) => members.filter((member) => isOlderThanLoad(timeline, member))) }
})

/** A child may have inherited the sockets of its parent: who has none beside those of others has no pool. */
function withSessions(members: readonly Member[]): number {
  const seen = new Set<number>()
  return members.filter((member) => {
    if (member.kind !== 'process' || member.control !== null) return false
    const own = member.databasePorts.filter((port) => !seen.has(port))
    for (const port of own) seen.add(port)
    return own.length > 0
  }).length
}

/**
 * The sessions of the lost places, where the run can tell them: requests waited for a place after the load, so each place that is left was used, and with it its session. If
 * those that a load touched last are exactly as many as places are lost, they are theirs. Else none: who else keeps a session for itself is not known.
 */
export const sessionsOfLostPlaces = remembered((timeline: Timeline): readonly Session[] => {
  const { after, lostIn } = placesOf(timeline)
  const [firstBeganMs, lastEndedMs] = [timeline.cycles[0]?.startedAtEpochMs, timeline.cycles.at(-1)?.endedAtEpochMs]
  const rest = after && restsOf(timeline).find(({ looks, confirmed, complete }) => confirmed && complete && (looks[0]?.atMs ?? 0) > after.atMs)
  if (lostIn.length === 0 || firstBeganMs === undefined || lastEndedMs === undefined || !rest || rest.reading === 'stopped' || rest.reading === 'control-planted') return []
  // One that rests since before the first request, as in LISTEN, was in no load's hands.
  const isUntouched = (session: Session): boolean => touchedAtMs(session) >= firstBeganMs && touchedAtMs(session) < lastEndedMs
  const untouched = presentThroughout(rest, isSession).filter((session) => !isPlanted(timeline, session, rest.last) && isUntouched(session))
  return untouched.length === lostIn.length ? untouched : []
})

/** When its state last changed, by a clock that is the load's as well; else now, which is no proof. */
export const touchedAtMs = ({ seenAtMs, stateAgeMs }: Session): number => (seenAtMs === undefined || stateAgeMs === null ? Number.POSITIVE_INFINITY : seenAtMs - stateAgeMs)

/** The lost place that a survivor stands for, counted from 1 with those that are left; null where it stands for something else as well, or instead. */
export function lostPlaceOf(timeline: Timeline, member: Member): number | null {
  if (member.kind === 'place') return Number(member.id)
  if (member.kind !== 'session' || member.transactionAgeMs !== null || member.advisoryLocks > 0 || member.state !== 'idle') return null
  const at = sessionsOfLostPlaces(timeline).findIndex(({ id }) => id === member.id)
  return at === -1 ? null : (placesOf(timeline).after?.parallel ?? 0) + at + 1
}

const bestOf = (capacities: readonly Stamped<Capacity>[], when: Capacity['when']): Stamped<Capacity> | null => {
  const readings = capacities.filter((one) => one.when === when)
  return readings.findLast(({ parallel }) => parallel === mostOf(readings)) ?? null
}

const mostOf = (readings: readonly { readonly parallel: number }[]): number => Math.max(0, ...readings.map(({ parallel }) => parallel))
