import type { Capacity } from '../timeline/entry.ts'
import type { Member, Session } from '../timeline/member.ts'
import type { Stamped, Timeline } from '../timeline/timeline.ts'
import { remembered } from './remembered.ts'
import { isOlderThanLoad, restsOf } from './rest.ts'
import { isSession, ownThroughout } from './stay.ts'

/** Whether the harness has chosen by itself which request the places are counted by. */
export const isChosen = ({ facts }: Timeline): boolean => facts.capacity?.chosenBy === 'harness'

/** Of an application with `limits.workers: 0`. */
export const noPool = 'each request has a process of its own, and no pool'

/** Why what a request found that the harness has chosen is not all that there is, as the end of a sentence; null where nothing says so. */
export function whyPartial(timeline: Timeline, before: Pick<Capacity, 'parallel' | 'asked'>): string | null {
  if (mayHaveMore(timeline, before)) return 'there may be more than were asked for'
  const measured = new Set(timeline.doses.flatMap(({ role, cycle }) => (role === 'measured' ? [cycle] : [])))
  const rest = restsOf(timeline).findLast(({ cycle, reading }) => reading === 'baseline' && cycle !== null && !measured.has(cycle))
  const rested = rest === undefined ? 0 : ownThroughout(timeline, rest, isSession).length - (timeline.facts.limits.listeners ?? 0)
  return rested > before.parallel ? `${rested} sessions rested then: others may have a pool of their own, or the request lets no more through` : null
}

/** Why places were not counted before the load. */
export function uncountedWords(timeline: Timeline): string {
  if (isChosen(timeline)) return 'no session of the application rested after its warm-up: it has no pool'
  return timeline.facts.limits.workers === 0 ? noPool : 'the target names no request by which the places of its pool are counted (target.capacity)'
}

/** How many places of the pool requests found at once, before the load and after it, by the best reading of each. */
export type Places = {
  /** `parallel` is lowered to what a second try has confirmed. */
  readonly before: Stamped<Capacity> | null
  readonly after: Stamped<Capacity> | null
  /** One entry for each lost place: the cycle in whose load it was lost, or null where the pool was not counted after each cycle. */
  readonly lostIn: readonly (number | null)[]
  /** The most that any reading found, up to the one after the load. */
  readonly most: number
}

/** What the readings of the pool say. A lost place never answers: so if a later reading finds more places, an earlier one that found fewer met a busy machine. */
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
 * The most places that two tries have found, up to those after the load. If a busy machine holds the harness up just as the first requests are answered, these seem to have taken as
 * long as the requests that waited for a place, and one try may find more places than there are: they would be missed ever after. Infinite for older records, which asked once before
 * the load and have no second try to compare with.
 */
function foundTwice(capacities: readonly Stamped<Capacity>[]): number {
  if (capacities.filter(({ when }) => when === 'before-load').length < 2) return Number.POSITIVE_INFINITY
  const tries = capacities.flatMap((one) => (one.when === 'before-load' || one.when === 'after-cycle' || one.when === 'after-load' ? one.tries : []))
  return tries.toSorted((a, b) => b - a)[1] ?? 0
}

/**
 * The control of the readings: what was found while the harness itself held some places, and what after it had released them. `left`: how many were there to be found at that time,
 * those included that a collection had given back.
 */
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
 * By how many places the readings are wrong at most, by their control, in which the right number is known: fewer while the harness holds some, as many as before when it releases them.
 * 0 without a control. If a pool opens its sessions slowly, or the machine is too busy, its readings cannot tell a single lost place. Finding more than before is as wrong, unless a
 * collection in between may have given places back; that is believed if there are two readings or more between the last load and the collection, and all of them agree.
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
  // Older records did not count again after a collection.
  const mayBeCollected = givenBack === 0 && looks.some(({ reading }) => reading === 'collected') && !capacities.some(({ when }) => when === 'after-collection')
  const differing = held.map((one) => Math.min(...one.tries.map((found) => (mayBeCollected ? Math.max(0, left - one.held - found) : Math.abs(left - one.held - found)))))
  return Math.max(0, ...differing, left - released.parallel, mayBeCollected ? 0 : released.parallel - left, believed ? 0 : givenBack)
}

/** Of `tries` that asked for more places than are left, `exact` found exactly these. */
export type Agreement = { readonly tries: number; readonly exact: number }

/**
 * Counts the tries of each reading from the one on that found most: until then the pool may have been filling. No tries for older records, which do not tell them; nor for a pool
 * without any place left, since late answers cannot look like that: the first answer is never late.
 */
export function agreementOf(capacities: readonly Capacity[], left: number): Agreement {
  if (left === 0) return { tries: 0, exact: 0 }
  const exact = capacities.flatMap((one) => {
    const held = one.when === 'places-held' ? one.held : 0
    const begun = held > 0 ? 0 : one.tries.indexOf(one.parallel)
    return one.tries.flatMap((found, i) => (i >= begun && (one.sent?.[i] ?? 0) > left ? [found === left - held] : []))
  })
  return { tries: exact.length, exact: exact.filter(Boolean).length }
}

/** All tries since the last load: before a collection those that asked for more places than were left then, after it those that asked for more than it left. */
export const agreementSinceLoad = remembered((timeline: Timeline): Agreement => {
  const { capacities } = timeline
  const of = (left: number, ...whens: readonly Capacity['when'][]): Agreement => agreementOf(capacities.filter(({ when }) => whens.includes(when)), left)
  const [before, since] = [of(placesOf(timeline).after?.parallel ?? 0, 'after-load'), of(controlOfPlaces(timeline).left, 'after-collection', 'places-held', 'places-released')]
  return { tries: before.tries + since.tries, exact: before.exact + since.exact }
})

/** `all`: when this many tries find the same without exception, it is not by chance; nor when a `share` of at least `most` tries does. */
export type AgreementRule = { readonly all: number; readonly most: number; readonly share: number }

export const agreementRule: AgreementRule = { all: 8, most: 14, share: 0.7 }

/** This many tries that find the same in a row do not do so by chance. */
export const enoughTries = agreementRule.all

/**
 * Whether tries agree so well that it cannot be chance. If answers come late by chance, as behind a slow database, most tries find fewer places than a whole pool has, but not the same
 * number each time. The worst case is one answer in ten late, with ten places, where often exactly one seems lost: then eight tries in a row find the same in 0.05 % of runs (binomial),
 * and 70 % of fourteen tries, none of which finds more, in 0.1 %.
 */
export const agree = ({ tries, exact }: Agreement, { all, most, share }: AgreementRule = agreementRule): boolean => tries === 0 || (tries >= all && exact === tries) || (tries >= most && exact >= share * tries)

/** How many processes have a pool that a request may meet. `certain`: those from before the first request; one that a load has started may serve beside them, or be left behind. */
export type Pooling = { readonly processes: number; readonly certain: number }

/**
 * How many processes have a pool that requests may meet: as declared, else the most that any look shows with sessions of their own. With several it is chance which of them a request
 * meets, and some requests wait for one process while another has places left: the number found then differs from time to time.
 */
export const pooling = remembered((timeline: Timeline): Pooling => {
  const { workers } = timeline.facts.limits
  const most = (of: (members: readonly Member[]) => readonly Member[]): number => Math.max(1, ...(workers === undefined ? timeline.looks.map(({ members }) => withSessions(of(members))) : [workers]))
  return { processes: most((members) => members), certain: most((members) => members.filter((member) => isOlderThanLoad(timeline, member))) }
})

/** How many processes have sessions of their own. A child may have inherited the sockets of its parent: a process without others than those has no pool. */
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
 * The sessions of the lost places, where the run can tell them. After the load, requests waited for a place, so each place that is left was used, and its session with it. If exactly as
 * many sessions were last used by a load as places are lost, they belong to these; or more, where the pool had more places than were asked for. Otherwise none is told: it is not known who else keeps a session to itself.
 */
export const sessionsOfLostPlaces = remembered((timeline: Timeline): readonly Session[] => {
  const { before, after, lostIn } = placesOf(timeline)
  const [first, last] = [timeline.cycles[0], timeline.cycles.at(-1)]
  const rest = after && restsOf(timeline).find(({ looks, confirmed, complete }) => confirmed && complete && (looks[0]?.atMs ?? 0) > after.atMs)
  if (lostIn.length === 0 || before === null || first === undefined || last === undefined || !rest || rest.reading === 'stopped' || rest.reading === 'control-planted') return []
  // A session that has rested since before the first request, as in LISTEN, was in no load's hands; and one that rested already when the places were counted first is none of those that are missing since.
  const sinceMs = first.startedAtEpochMs + Math.max(0, before.atMs - first.startMs)
  const isUntouched = (session: Session): boolean => touchedAtMs(session) >= sinceMs && touchedAtMs(session) < last.endedAtEpochMs
  const untouched = ownThroughout(timeline, rest, isSession).filter(isUntouched)
  return untouched.length === lostIn.length || (untouched.length > lostIn.length && isChosen(timeline) && mayHaveMore(timeline, before)) ? untouched : []
})

/** Whether every request that was sent found a place, and nobody has said that there are no more of them. */
export const mayHaveMore = ({ facts }: Timeline, { parallel, asked }: Pick<Capacity, 'parallel' | 'asked'>): boolean => parallel >= asked && (facts.limits.poolMaxPerProcess === undefined || facts.limits.poolMaxPerProcess > asked)

/** When the session's state last changed, in epoch milliseconds, where its clock is the load's as well; else Infinity, which proves nothing. */
export const touchedAtMs = ({ seenAtMs, stateAgeMs }: Session): number => (seenAtMs === undefined || stateAgeMs === null ? Number.POSITIVE_INFINITY : seenAtMs - stateAgeMs)

/** The number of the lost place that a survivor stands for, counted from 1 and after the places that are left. null where the survivor stands for something else. */
export function lostPlaceOf(timeline: Timeline, member: Member): number | null {
  if (member.kind === 'place') return Number(member.id)
  if (member.kind !== 'session' || member.transactionAgeMs !== null || member.advisoryLocks > 0 || member.state !== 'idle') return null
  const at = sessionsOfLostPlaces(timeline).findIndex(({ id }) => id === member.id)
  return at === -1 ? null : (placesOf(timeline).after?.parallel ?? 0) + at + 1
}

/** How many requests find a place at once, and how that is known; null where nothing tells, or where each request has a process of its own. */
export function knownPlaces(timeline: Timeline): { readonly places: number; readonly known: 'as counted before the load' | 'as declared' } | null {
  const { poolMaxPerProcess, workers } = timeline.facts.limits
  const { before } = placesOf(timeline)
  const counted = before !== null && before.parallel > 0 ? ({ places: before.parallel, known: 'as counted before the load' } as const) : null
  // What is declared is of all pools, and a request that the harness has chosen may be of a small one.
  if (counted !== null && (!isChosen(timeline) || (poolMaxPerProcess === undefined && before !== null && whyPartial(timeline, before) === null))) return counted
  return poolMaxPerProcess === undefined || workers === 0 ? null : { places: poolMaxPerProcess * (workers ?? 1), known: 'as declared' }
}

const bestOf = (capacities: readonly Stamped<Capacity>[], when: Capacity['when']): Stamped<Capacity> | null => {
  const readings = capacities.filter((one) => one.when === when)
  return readings.findLast(({ parallel }) => parallel === mostOf(readings)) ?? null
}

const mostOf = (readings: readonly { readonly parallel: number }[]): number => Math.max(0, ...readings.map(({ parallel }) => parallel))
