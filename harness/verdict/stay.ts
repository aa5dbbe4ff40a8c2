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
export function staysAt<M extends Member>(timeline: Timeline, rest: Rest, { is, same = () => true }: Case<M>): readonly Stay<M>[] {
  const running = runningLooks(timeline)
  const own = (member: Member): member is M => is(member) && !isPlanted(timeline, member, rest.last)

  const present = presentThroughout(rest, own)
  if (present.length === 0) return []
  const at = running.indexOf(rest.last)
  const [upToHere, fromHere] = [running.slice(0, at + 1).reverse(), running.slice(at)]
  return present.flatMap((member) => {
    const here = { member, atMs: rest.last.atMs }
    const seenAt = (look: Stamped<Look>): Sighting<M> | undefined => {
      const found = memberAt(look, member)
      return found !== undefined && is(found) && same({ member: found, atMs: look.atMs }, here) ? { member: found, atMs: look.atMs } : undefined
    }
    if (rest.looks.some((look) => seenAt(look) === undefined)) return []
    const before = whileSeen(upToHere, seenAt)
    const first = running[at + 1 - before.length]
    const after = whileSeen(fromHere, seenAt)
    return [
      {
        member,
        latest: after.at(-1)?.member ?? member,
        rest,
        bornIn: member.kind === 'session' && first !== undefined ? cycleOf(timeline, first) : bornIn(timeline, member),
        sinceMs: before.at(-1)?.atMs ?? here.atMs,
        untilMs: after.at(-1)?.atMs ?? here.atMs,
        gone: after.length < running.length - at,
      },
    ]
  })
}

function whileSeen<T>(looks: readonly Stamped<Look>[], seenAt: (look: Stamped<Look>) => T | undefined): readonly T[] {
  const seen: T[] = []
  for (const look of looks) {
    const sighting = seenAt(look)
    if (sighting === undefined) break
    seen.push(sighting)
  }
  return seen
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
  const planted = timeline.controls.filter(({ edge, atMs }) => edge === 'planted' && atMs <= look.atMs).map((control) => control.planted)
  if (planted.length === 0) return false
  if (member.kind === 'process') return planted.some(({ planterPid, zombiePids }) => planterPid === member.pid || zombiePids.includes(member.pid))
  if (member.kind === 'prepared-transaction') return planted.some(({ preparedTransactions }) => preparedTransactions?.includes(member.id) === true)
  if (member.kind === 'temporary-table') return planted.some(({ pooledPid }) => pooledPid === member.sessionPid)
  if (member.kind !== 'session') return false
  const portsOfControls = look.members.flatMap((other) => (other.kind === 'process' && other.control !== null ? other.databasePorts : []))
  return planted.some(({ sessionPids, pooledPid }) => pooledPid === member.pid || sessionPids.includes(member.pid)) || (member.clientPort !== null && portsOfControls.includes(member.clientPort))
}

export const isSession = (member: Member): member is Session => member.kind === 'session'

/** A process that lives: a zombie has an entry in the process table and nothing else. */
export const isProcess = (member: Member): member is Process => member.kind === 'process' && member.state !== 'Z'

export const isZombie = (member: Member): member is Process => member.kind === 'process' && member.state === 'Z'
