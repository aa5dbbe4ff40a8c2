import type { Look } from '../timeline/entry.ts'
import type { Member, Process } from '../timeline/member.ts'
import { serverTimeouts } from '../timeline/server-timeouts.ts'
import type { Stamped, Timeline } from '../timeline/timeline.ts'
import { byIdentity, type ByIdentity } from './by-identity.ts'
import { countUpTo } from './in-order.ts'
import { lostPlaceOf, placesOf } from './places.ts'
import { remembered } from './remembered.ts'
import { memberAt, type Rest, restsOf } from './rest.ts'
import { isEndOf } from './tally.ts'
import type { HealClass, Survivor } from './verdict.ts'

/** Whether what was left went away again, and by what. The worst of all survivors counts: if a nudge healed nine and one stayed, the leak is permanent. */
export function healClass(timeline: Timeline, survivors: readonly Survivor[]): HealClass {
  const seen = new Set(survivors.map((survivor) => healOf(timeline, survivor)))
  return healClasses.findLast((heal) => seen.has(heal)) ?? 'none'
}

/** Ordered from the mildest to the worst. */
export const healClasses: readonly HealClass[] = ['none', 'on nudge', 'by time-out', 'at collection', 'permanent']

/** How one survivor healed: by what was done before the first rest that no longer shows it and whose looks are complete. */
export function healOf(timeline: Timeline, survivor: Survivor): HealClass {
  // The server itself ended it and said so in its log, whatever the harness did meanwhile.
  if (survivor.member.kind === 'other' || wasEndedByServer(timeline, survivor.member)) return 'by time-out'
  const place = lostPlaceOf(timeline, survivor.member)
  if (place !== null) return healOfPlace(timeline, place)
  const rests = restsOf(timeline)
  const shows = (look: Stamped<Look>): boolean => {
    const seen = memberAt(look, survivor.member)
    return seen !== undefined && isStillLeft(survivor.member, seen) && isStillBeyond(survivor, seen)
  }
  let lastWith = lastRests(timeline).get(survivor.member) ?? -1
  while (lastWith >= 0 && rests[lastWith]?.looks.some(shows) !== true) lastWith -= 1
  let without = lastWith + 1
  while (rests[without]?.complete === false) without += 1
  const [last, firstWithout] = [rests[lastWith], rests[without]]
  if (last === undefined || firstWithout === undefined) return 'permanent'
  switch (firstWithout.reading) {
    case 'nudged':
      return 'on nudge'
    case 'collected':
      return 'at collection'
    case 'stopped':
      return 'permanent'
    case 'baseline':
    case 'untouched':
      return wentWithRequests(timeline, last, firstWithout, shows) ? 'on nudge' : 'by time-out'
    case 'before-load':
    case 'control-before':
    case 'control-planted':
    case 'control-removed':
      return 'by time-out'
    default:
      return firstWithout.reading satisfies never
  }
}

const wasEndedByServer = (timeline: Timeline, member: Member): boolean => member.kind === 'session' && timeline.serverLog.some((line) => line.sqlstate in serverTimeouts && isEndOf(timeline, member, line))

/**
 * Whether the requests between two rests took it away. A load nudges as well as the harness does, and it would be a strange chance if a time-out had ended just then. Not if it was seen
 * to go at rest, before the load or after it, nor if an earlier load has left it as it was.
 */
function wentWithRequests(timeline: Timeline, { last }: Rest, without: Rest, shows: (look: Stamped<Look>) => boolean): boolean {
  const { looks } = timeline
  const isShown = (at: number): boolean => {
    const look = looks[at]
    return look !== undefined && shows(look)
  }
  const lastAt = numbersOf(timeline).get(last) ?? -1
  const { loads, requests } = requestTimesOf(timeline)
  if (!isShown(lastAt) || isShown(lastAt + 1)) return false
  let since = lastAt
  while (isShown(since - 1)) since -= 1
  return !isBetween(loads, looks[since], last) && isBetween(requests, last, without.last)
}

const numbersOf = remembered(({ looks }: Timeline): ReadonlyMap<Stamped<Look>, number> => new Map(looks.map((look, at) => [look, at])))

/** When loads that were answered were over, and when any requests were, those of the harness included. In milliseconds of the run, rising. */
const requestTimesOf = remembered(({ doses, canaries, capacities }: Timeline) => {
  const loads = doses.filter(({ counted }) => counted > 0)
  const rising = (all: readonly { readonly atMs: number }[]): Float64Array => Float64Array.from(all, ({ atMs }) => atMs).sort()
  return { loads: rising(loads), requests: rising([...loads, ...canaries, ...capacities]) }
})

const isBetween = (risingMs: Float64Array, from: Stamped<Look> | undefined, to: Stamped<Look>): boolean => (risingMs[countUpTo(risingMs, from?.atMs ?? 0)] ?? Number.POSITIVE_INFINITY) < to.atMs

/**
 * Places have no identity that a look could show: one is back as soon as that many are found. A nudge cannot give any back, since places are counted after it; and one that came back by
 * itself is told from a slow reading only where others stay lost.
 */
function healOfPlace(timeline: Timeline, place: number): HealClass {
  const after = placesOf(timeline).after?.atMs ?? Number.POSITIVE_INFINITY
  const found = timeline.capacities.find(({ when, parallel, atMs }) => atMs >= after && (when === 'after-collection' || when === 'places-released') && parallel >= place)
  if (found === undefined) return 'permanent'
  return found.when === 'after-collection' ? 'at collection' : 'by time-out'
}

/** The number of the last rest before the stop that shows an identity. */
const lastRests = remembered((timeline: Timeline): Pick<ByIdentity<number>, 'get'> => {
  const last = byIdentity<number>()
  for (const [at, { reading, looks }] of restsOf(timeline).entries()) if (reading !== 'stopped') for (const look of looks) for (const member of look.members) last.set(member, at)
  return last
})

/** Whether a process still has more than its plateau of what it kept. It lives on when this has gone. */
function isStillBeyond({ beyond }: Survivor, now: Member): boolean {
  if (beyond === undefined || now.kind !== 'process') return true
  return (beyond.of === 'threads' ? now.threads - (now.vanishedClients ?? 0) : descriptorsOf(now)) > beyond.plateau
}

/** How many descriptors a process has open, without its connections to the database, which are judged as sessions. */
export const descriptorsOf = ({ descriptors, databasePorts }: Process): number => (descriptors ?? 0) - databasePorts.length

/** Whether what was wrong with a member still is. It may live on without its fault: a session whose transaction has ended, a process whose sockets are closed. */
export function isStillLeft(left: Member, now: Member): boolean {
  if (left.kind === 'session' && now.kind === 'session') {
    if (left.transactionAgeMs !== null && now.transactionAgeMs === null) return false
    if (left.advisoryLocks > 0 && now.advisoryLocks === 0) return false
    if (left.state === 'idle in transaction (aborted)' && now.state !== left.state) return false
  }
  if (left.kind === 'process' && now.kind === 'process' && left.closeWait > 0 && left.request === null && left.state !== 'Z') return now.closeWait > 0
  return true
}
