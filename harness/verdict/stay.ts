import type { Look } from '../timeline/entry.ts'
import type { Member, Process, Session } from '../timeline/member.ts'
import type { Stamped, Timeline } from '../timeline/timeline.ts'
import { bornIn, cycleOf, memberAt, presentThroughout, type Rest, runningLooks } from './rest.ts'
import type { Survivor } from './verdict.ts'

/** A member that was there on every look of a rest, and for how long it was seen without a break before and after. */
export type Stay<M extends Member = Member> = {
  /** As the rest's last look shows it. */
  readonly member: M
  /** As the last look shows it that still shows it so, before the application was stopped. */
  readonly latest: M
  readonly rest: Rest
  /** The cycle in which it came to be so. For a session that is the cycle of the fault, not of its birth: a pooled session may be older than the load while its transaction is not. */
  readonly bornIn: number | null
  /** From the first look that shows it so to the last, without a break, in milliseconds of the run. */
  readonly sinceMs: number
  readonly untilMs: number
  /** Whether a later look no longer shows it so. */
  readonly gone: boolean
}

/** The condition that a member is looked at for. `same` tells whether two sightings of one identity are one case of it. */
export type Case<M extends Member> = {
  readonly is: (member: Member) => member is M
  readonly same?: (one: Sighting<M>, other: Sighting<M>) => boolean
}

/** A member as one look shows it, with the time of that look in milliseconds of the run. */
export type Sighting<M extends Member> = { readonly member: M; readonly atMs: number }

/** Every member of this case that stayed through a rest, without what the run planted itself. */
export const staysAt = <M extends Member>(timeline: Timeline, rest: Rest, which: Case<M>): readonly Stay<M>[] => staysAtEach(timeline, [rest], which)[0] ?? []

/** The same at each of these rests, in their order. What stays from rest to rest is followed only once, however many rests there are. */
export function staysAtEach<M extends Member>(timeline: Timeline, rests: readonly Rest[], which: Case<M>): readonly (readonly Stay<M>[])[] {
  const known = new Map<string, Stretch<M>>()
  return rests
    .toReversed()
    .map((rest) => staysOf(timeline, rest, which, known))
    .toReversed()
}

/** The numbers of the looks from which and up to which an identity is seen so without a break. `here`: as one of them shows it. */
type Stretch<M extends Member> = { readonly here: Sighting<M>; readonly from: number; readonly to: number; readonly latest: M }

function staysOf<M extends Member>(timeline: Timeline, rest: Rest, { is, same = () => true }: Case<M>, known: Map<string, Stretch<M>>): readonly Stay<M>[] {
  const running = runningLooks(timeline)
  const own = (member: Member): member is M => is(member) && !isPlanted(timeline, member, rest.last)

  const present = presentThroughout(rest, own)
  if (present.length === 0) return []
  const at = running.indexOf(rest.last)
  const begun = running.indexOf(rest.looks[0] ?? rest.last)
  return present.flatMap((member) => {
    const here = { member, atMs: rest.last.atMs }
    const seenAt = (index: number): M | undefined => {
      const look = running[index]
      const found = look && memberAt(look, member)
      return look !== undefined && found !== undefined && is(found) && same({ member: found, atMs: look.atMs }, here) ? found : undefined
    }
    const before = known.get(member.id)
    const stretch = before !== undefined && before.from <= begun && at <= before.to && same(here, before.here) ? before : stretchAround(at, running.length, here, seenAt)
    known.set(member.id, stretch)
    // There is a break between two of the rest's own looks: one case ended and another began.
    if (stretch.from > begun) return []
    const first = running[stretch.from]
    return [
      {
        member,
        latest: stretch.latest,
        rest,
        bornIn: member.kind === 'session' && first !== undefined ? cycleOf(timeline, first) : bornIn(timeline, member),
        sinceMs: first?.atMs ?? here.atMs,
        untilMs: running[stretch.to]?.atMs ?? here.atMs,
        gone: stretch.to < running.length - 1,
      },
    ]
  })
}

function stretchAround<M extends Member>(at: number, looks: number, here: Sighting<M>, seenAt: (index: number) => M | undefined): Stretch<M> {
  let [from, to] = [at, at]
  let latest: M = here.member
  while (from > 0 && seenAt(from - 1) !== undefined) from -= 1
  for (let next = seenAt(to + 1); to + 1 < looks && next !== undefined; next = seenAt(to + 1)) {
    to += 1
    latest = next
  }
  return { here, from, to, latest }
}

/** How long it is known to have outlived the load in which it was born, in milliseconds. */
export function outlivedMs(timeline: Timeline, { bornIn: cycle, sinceMs, untilMs }: Stay): number {
  const loadEnded = timeline.doses.find((dose) => dose.cycle === cycle)
  return untilMs - (loadEnded?.atMs ?? sinceMs)
}

/** One stay for each identity: the latest. */
export function latestOfEach<M extends Member>(stays: readonly Stay<M>[]): readonly Stay<M>[] {
  return [...new Map(stays.map((stay) => [stay.member.id, stay])).values()]
}

/** The survivor that a stay makes, with the reason why it counts as left behind. */
export const survivor = (stay: Stay, why: string): Survivor => ({ member: stay.latest, why, bornIn: stay.bornIn })

/** Whether a member is one that the run itself planted, from the moment it was planted on: a leaked session that had the same pid earlier in the run is not hidden by it. */
export function isPlanted(timeline: Timeline, member: Member, look: Stamped<Look>): boolean {
  if (member.kind === 'process' && member.control !== null) return true
  const planted = timeline.controls.flatMap((control) => (control.edge === 'planted' && control.atMs <= look.atMs ? [control.planted] : []))
  if (planted.length === 0) return false
  switch (member.kind) {
    case 'process':
      return planted.some(({ planterPid, zombiePids }) => planterPid === member.pid || zombiePids.includes(member.pid))
    case 'session':
      return planted.some(({ sessionPids, pooledPid, queryPids = [] }) => pooledPid === member.pid || sessionPids.includes(member.pid) || queryPids.includes(member.pid)) || isOfPlanter(member, look)
    case 'prepared-transaction':
      return planted.some(({ preparedTransactions = [] }) => preparedTransactions.includes(member.id))
    case 'replication-slot':
      return planted.some(({ replicationSlots = [] }) => replicationSlots.includes(member.id))
    case 'table':
      return planted.some(({ grownTables = [] }) => grownTables.some(({ id }) => id === member.id))
    case 'temporary-table':
      return planted.some(({ pooledPid }) => pooledPid === member.sessionPid)
    case 'logged-session':
    case 'server':
    case 'place':
    case 'other':
      return false
    default:
      return member satisfies never
  }
}

/** Whether a process that the run started for its planted leak holds the session's other end. */
const isOfPlanter = ({ clientPort }: Session, { members }: Look): boolean => clientPort !== null && members.some((member) => member.kind === 'process' && member.control !== null && member.databasePorts.includes(clientPort))

export const isSession = (member: Member): member is Session => member.kind === 'session'

/** The application's own members on every look of a rest: all but what the run itself planted. */
export const ownThroughout = <M extends Member>(timeline: Timeline, rest: Rest, is: (member: Member) => member is M): readonly M[] => presentThroughout(rest, is).filter((member) => !isPlanted(timeline, member, rest.last))

/** A process that lives. A zombie has an entry in the process table and nothing else. */
export const isProcess = (member: Member): member is Process => member.kind === 'process' && member.state !== 'Z'

export const isZombie = (member: Member): member is Process => member.kind === 'process' && member.state === 'Z'
