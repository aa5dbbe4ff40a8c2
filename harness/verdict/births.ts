import type { Look } from '../timeline/entry.ts'
import type { Member, Session } from '../timeline/member.ts'
import type { CycleSpan, Timeline } from '../timeline/timeline.ts'
import { cycleAt, cycleAtEpoch } from './cycle-at.ts'
import { exhaustionOf } from './exhaustion.ts'
import { isStillLeft } from './heal.ts'
import { type Moment, momentOf, momentsOfSockets } from './moments.ts'
import { bornIn, cycleOf, key, lastSightings, memberAt, runningLooks, untouchedRests } from './rest.ts'
import { isHolder, survivorsOf } from './survivors.ts'
import { type Counted, tallyOf, type Tally } from './tally.ts'
import type { Finding, Hang } from './verdict.ts'

/** One thing left behind, by the cycle whose load left it. */
export type Birth = {
  /** null: it was there before the first request. */
  readonly cycle: number | null
  /** When it was left, on the run's clock, where that is known better than from a look. Births within a second of one another may be one burst. */
  readonly atMs: number | null
  /** When it was left, on the load's clock, where the thing itself tells that. */
  readonly moment?: Moment
  /** It was found because a count grew, which lists only what measured cycles have left. */
  readonly ofGrowth?: true
}

/**
 * When each thing that is left behind was left. That is not when it came into being: a pooled session is much older than the transaction that it never ends, a front end much older than
 * the sockets that it never closes.
 */
export function birthsOf(timeline: Timeline, hangs: readonly Hang[], leaks: readonly Finding[]): readonly Birth[] {
  const tally = tallyOf(timeline, hangs, leaks)
  const lastCycle = exhaustionOf(timeline)?.cycle ?? Number.POSITIVE_INFINITY
  const ofGrowth = new Set(survivorsOf(leaks).filter((survivor) => survivor.ofGrowth && !isHolder(survivor)).map(({ member }) => key(member)))
  return [
    ...tally.hangs.flatMap((counted) => birthsOfHang(timeline, counted).map((birth) => ({ ...birth, ...([counted.hang.process, counted.hang.session].some((member) => member !== null && ofGrowth.has(key(member))) && { ofGrowth: true as const }) }))),
    ...tally.others.map(({ member, bornIn: cycle, ofGrowth: grew }) => ({ cycle, atMs: null, ...dated(momentOf(timeline, member)), ...(grew && { ofGrowth: grew }) })),
    ...tally.unlisted.map(({ cycle }) => ({ cycle, atMs: null })),
    ...birthsOfSockets(timeline, tally.sockets),
    ...tally.kept.map((kept) => ({ ...kept, atMs: null })),
    // If the pool was not counted after each cycle, nobody can tell in which one a place was lost.
    ...tally.places.flatMap(({ bornIn: cycle }) => (cycle === null ? [] : [{ cycle, atMs: null }])),
    // A request that came after everything was lost is a victim of the leak, and no leak itself.
  ].filter(({ cycle }) => cycle === null || cycle <= lastCycle)
}

/**
 * The cycles in which births are counted, up to the one in which the application was exhausted. The warm-up is among them, since a leak does not wait for its end; only where all births
 * were found by growth the measured cycles count alone.
 */
export function cyclesOf(timeline: Timeline, births: readonly Birth[]): readonly CycleSpan[] {
  const lastCycle = exhaustionOf(timeline)?.cycle ?? Number.POSITIVE_INFINITY
  const onlyGrowth = births.every(({ ofGrowth }) => ofGrowth)
  return timeline.cycles.filter(({ role, cycle }) => cycle <= lastCycle && (!onlyGrowth || role === 'measured'))
}

/** A session may keep several locks, each left by another request: then each lock is a birth. */
function birthsOfHang(timeline: Timeline, { hang, locks }: Counted): readonly Birth[] {
  return locks.length === 0 ? [birthOfHang(timeline, hang)] : locks.map((moment) => ({ cycle: cycleAtEpoch(timeline, moment.epochMs), atMs: null, moment }))
}

function birthOfHang(timeline: Timeline, { process, session }: Hang): Birth {
  if (process?.request) return { cycle: bornIn(timeline, process), atMs: process.startedAtMs - Date.parse(timeline.facts.startedAt), ...dated(momentOf(timeline, process)) }
  const member = session ?? process
  const moment = member === null ? null : momentOf(timeline, member)
  const begun = session === null ? null : beganMs(timeline, session)
  if (begun !== null) return { cycle: cycleAt(timeline, begun), atMs: begun, ...dated(moment) }
  // A pooled session may be much older than its last use, after which nobody gave it back: that use is the birth.
  if (session !== null && moment !== null) return { cycle: cycleAtEpoch(timeline, moment.epochMs), atMs: null, moment }
  const cycle = member === null ? null : leftIn(timeline, member)
  return { cycle, atMs: null, ...(moment !== null && cycleAtEpoch(timeline, moment.epochMs) === cycle && { moment }) }
}

const dated = (moment: Moment | null): Pick<Birth, 'moment'> => (moment === null ? {} : { moment })

/** When the transaction, or the state, in which a session was left began, in milliseconds of the run: the time of a look less the age that it shows. null where it shows none. */
function beganMs(timeline: Timeline, session: Session): number | null {
  const looks = runningLooks(timeline)
  let at = lastSightings(timeline).get(session) ?? -1
  while (at >= 0 && memberAt(looks[at] as Look, session) !== session) at -= 1
  const look = looks[at]
  const ageMs = session.transactionAgeMs ?? (session.state === 'idle in transaction (aborted)' ? session.stateAgeMs : null)
  return look === undefined || ageMs === null ? null : look.atMs - ageMs
}

/** The cycle in which a member was left: that of the first look that shows it so, of those which show it without a break up to the last. */
function leftIn(timeline: Timeline, member: Member): number | null {
  const looks = runningLooks(timeline)
  const isLeftAt = (at: number): boolean => {
    const look = looks[at]
    const seen = look && memberAt(look, member)
    return seen !== undefined && isStillLeft(member, seen) && (member.kind !== 'process' || seen.kind !== 'process' || (member.state === 'Z') === (seen.state === 'Z'))
  }
  let first = lastSightings(timeline).get(member) ?? -1
  while (first >= 0 && !isLeftAt(first)) first -= 1
  while (first > 0 && isLeftAt(first - 1)) first -= 1
  const look = looks[first]
  return look === undefined ? bornIn(timeline, member) : cycleOf(timeline, look)
}

/**
 * Half-closed sockets have no identity that the run could follow. If the beats saw exactly as many of them appear as are left, the beats date them; otherwise each rest that shows more
 * of them than any rest before dates the additional ones.
 */
function birthsOfSockets(timeline: Timeline, { processes, sockets }: Tally['sockets']): readonly Birth[] {
  const moments = momentsOfSockets(timeline)
  if (moments.length === sockets) return moments.map((moment) => ({ cycle: cycleAtEpoch(timeline, moment.epochMs), atMs: null, moment }))
  const dated: Birth[] = []
  let most = 0
  for (const { last, cycle } of untouchedRests(timeline)) {
    const now = last.members.reduce((sum, member) => sum + (member.kind === 'process' && processes.has(key(member)) ? member.closeWait : 0), 0)
    for (; most < now; most += 1) dated.push({ cycle, atMs: null })
  }
  // The sockets of requests that hang are counted with these requests. Which ones they are is not known: the latest are left out here.
  return [...dated, ...Array.from({ length: sockets }, () => ({ cycle: null, atMs: null }))].slice(0, sockets)
}
