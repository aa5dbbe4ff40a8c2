import type { Look } from '../timeline/entry.ts'
import type { Member, Process, Session } from '../timeline/member.ts'
import type { Stamped, Timeline } from '../timeline/timeline.ts'
import { bornIn, cycleOf, memberAt, presentThroughout, type Rest, runningLooks } from './rest.ts'
import type { Survivor } from './verdict.ts'

/** A member that was there on every look of a rest, and how long it stayed from there on. */
export type Stay<M extends Member = Member> = {
  /** As the rest's last look shows it. */
  readonly member: M
  /** As the last look shows it that still does, before the application was stopped. */
  readonly latest: M
  readonly rest: Rest
  /** The cycle in which it came to be so. A pooled session may be older than the load and its transaction not: of a session what counts is the fault. */
  readonly bornIn: number | null
  /** From the first look that shows it so to the last, without a break. */
  readonly sinceMs: number
  readonly untilMs: number
  /** A later look no longer shows it so. */
  readonly gone: boolean
}

/** The condition that makes a member stand out; `same` tells whether two sightings of one identity are one case of it. */
export type Case<M extends Member> = {
  readonly is: (member: Member) => member is M
  readonly same?: (one: Sighting<M>, other: Sighting<M>) => boolean
}

export type Sighting<M extends Member> = { readonly member: M; readonly atMs: number }

/** Everything of this case that stayed through a rest, planted controls left out. */
export const staysAt = <M extends Member>(timeline: Timeline, rest: Rest, which: Case<M>): readonly Stay<M>[] => staysAtEach(timeline, [rest], which)[0] ?? []

/** The same at each of these rests, in their order. What stays from rest to rest is followed once, however many of them there are. */
export function staysAtEach<M extends Member>(timeline: Timeline, rests: readonly Rest[], which: Case<M>): readonly (readonly Stay<M>[])[] {
  const known = new Map<string, Stretch<M>>()
  return rests
    .toReversed()
    .map((rest) => staysOf(timeline, rest, which, known))
    .toReversed()
}

/** From which look to which one identity is seen so without a break, as `here` shows it. */
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
    // A break between two of the rest's own looks: one case ended and another began.
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

/** How long it is known to have outlived the load that it was born under. */
export function outlivedMs(timeline: Timeline, { bornIn: cycle, sinceMs, untilMs }: Stay): number {
  const loadEnded = timeline.doses.find((dose) => dose.cycle === cycle)
  return untilMs - (loadEnded?.atMs ?? sinceMs)
}

/** One stay for each identity: the latest. */
export function latestOfEach<M extends Member>(stays: readonly Stay<M>[]): readonly Stay<M>[] {
  return [...new Map(stays.map((stay) => [stay.member.id, stay])).values()]
}

export const survivor = (stay: Stay, why: string): Survivor => ({ member: stay.latest, why, bornIn: stay.bornIn })

/**
 * The run's own planted leak, from the moment it was planted. A leaked session that had the same pid earlier in the run
 * is not hidden by it.
 */
export function isPlanted(timeline: Timeline, member: Member, look: Stamped<Look>): boolean {
  if (member.kind === 'process' && member.control !== null) return true
  if (!timeline.controls.some(({ edge, atMs }) => edge === 'planted' && atMs <= look.atMs)) return false
  const planted = timeline.controls.filter(({ edge, atMs }) => edge === 'planted' && atMs <= look.atMs).map((control) => control.planted)
  if (member.kind === 'process') return planted.some(({ planterPid, zombiePids }) => planterPid === member.pid || zombiePids.includes(member.pid))
  if (member.kind === 'prepared-transaction') return planted.some(({ preparedTransactions }) => preparedTransactions?.includes(member.id) === true)
  if (member.kind === 'replication-slot') return planted.some(({ replicationSlots }) => replicationSlots?.includes(member.id) === true)
  if (member.kind === 'table') return planted.some(({ grownTables }) => grownTables?.some(({ id }) => id === member.id) === true)
  if (member.kind === 'temporary-table') return planted.some(({ pooledPid }) => pooledPid === member.sessionPid)
  if (member.kind !== 'session') return false
  const portsOfControls = look.members.flatMap((other) => (other.kind === 'process' && other.control !== null ? other.databasePorts : []))
  return planted.some(({ sessionPids, pooledPid, queryPids }) => pooledPid === member.pid || sessionPids.includes(member.pid) || queryPids?.includes(member.pid) === true) || (member.clientPort !== null && portsOfControls.includes(member.clientPort))
}

export const isSession = (member: Member): member is Session => member.kind === 'session'

/** A process that lives: a zombie has an entry in the process table and nothing else. */
export const isProcess = (member: Member): member is Process => member.kind === 'process' && member.state !== 'Z'

export const isZombie = (member: Member): member is Process => member.kind === 'process' && member.state === 'Z'
