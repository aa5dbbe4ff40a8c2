import type { Capacity } from '../timeline/entry.ts'
import type { Session } from '../timeline/member.ts'
import type { Stamped, Timeline } from '../timeline/timeline.ts'
import { remembered } from './remembered.ts'
import { presentThroughout, restsOf } from './rest.ts'
import { isPlanted, isSession } from './stay.ts'

/** The places that requests found at once, before the load and after it. `lostIn` has each that was lost, by the cycle under whose load it was; null where the pool was not asked after each. */
export type Places = { readonly before: Stamped<Capacity> | null; readonly after: Stamped<Capacity> | null; readonly lostIn: readonly (number | null)[] }

/** What the readings of the pool say. Nothing makes a lost place answer: a later reading that finds more shows that an earlier one met a busy machine. */
export const placesOf = remembered(({ capacities, doses }: Timeline): Places => {
  const before = capacities.find((one) => one.when === 'before-load') ?? null
  const after = capacities.findLast((one) => one.when === 'after-load') ?? null
  if (before === null || after === null) return { before, after, lostIn: [] }
  const known = capacities.flatMap((one) => (one.when === 'after-cycle' ? [{ cycle: one.cycle, parallel: one.parallel }] : []))
  const lastCycle = doses.findLast(({ planned }) => planned > 0)?.cycle
  const readings = known.length === 0 || lastCycle === undefined ? [{ cycle: null, parallel: after.parallel }] : [...known, { cycle: lastCycle, parallel: after.parallel }]
  let places = before.parallel
  const lostIn = readings.flatMap(({ cycle }, i) => {
    const certain = Math.max(...readings.slice(i).map(({ parallel }) => parallel))
    const lost = Math.max(0, places - certain)
    places -= lost
    return Array.from({ length: lost }, () => cycle)
  })
  return { before, after, lostIn }
})

/**
 * By how many places the readings are wrong at most, as far as the control shows, which knows what is to be found: fewer while the harness holds some, as many as before when it lets go. 0 without a control.
 * A pool that opens its sessions slowly, or a machine that is too busy, has no readings to tell one lost place by. More than before is as wrong, unless a collection in between may have given places back.
 */
export const misreadPlaces = ({ capacities, looks }: Timeline, after: Capacity): number => {
  const held = capacities.find((one) => one.when === 'places-held')
  const released = capacities.find((one) => one.when === 'places-released')
  if (held === undefined || released === undefined) return 0
  const missed = held.tries.map((places) => Math.max(0, after.parallel - held.held - places))
  const regained = looks.some(({ reading }) => reading === 'collected') ? 0 : released.parallel - after.parallel
  return Math.max(Math.min(...missed), after.parallel - released.parallel, regained, 0)
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
