import type { Limits } from '../timeline/facts.ts'
import type { Member } from '../timeline/member.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { key, noRest, untouchedRests } from './rest.ts'
import { latestOfEach, type Stay, staysAtEach, survivor } from './stay.ts'
import { stayMs } from './thresholds.ts'
import type { Invariant, Survivor } from './verdict.ts'
import { count, duration } from './words.ts'

export type Floor<M extends Member> = {
  readonly name: string
  /** `zombie` or [`process`, `processes`]. */
  readonly called: string | readonly [one: string, many: string]
  readonly is: (member: Member) => member is M
  /** How many one member counts for; default 1. */
  readonly weight?: (member: M) => number
  /** What the application declares as normal at rest; never learned, so that a leak in the warm-up stays a leak. */
  readonly declared: (limits: Limits) => number | undefined
  /** What was held before the first request cannot be a request's. Not for what should never be there at all. */
  readonly excusesOlderThanLoad?: boolean
  readonly holds?: Survivor['holds']
  readonly why: (member: M) => string
}

/**
 * Rule R7: what is declared, 0 if nothing is, is all that may be left when the load has gone. One rest that shows more
 * is enough: that it went away later is told as the class of healing.
 */
export function nothingAbove<M extends Member>({ name, called, is, weight = () => 1, declared, excusesOlderThanLoad = false, holds, why }: Floor<M>): Invariant {
  const [one, many] = typeof called === 'string' ? [called, `${called}s`] : called

  return {
    name,
    check: (timeline) => {
      // By what is held, not by who holds it: a pool opens its sessions before the first request, and requests leave their locks on them.
      const before = excusesOlderThanLoad ? heldBeforeLoad(timeline, is, weight) : new Map<string, number>()
      const more = (member: M): number => weight(member) - (before.get(key(member)) ?? 0)
      const isMore = (member: Member): member is M => is(member) && more(member) > 0
      const sum = (stays: readonly Stay<M>[]): number => stays.reduce((total, { member }) => total + more(member), 0)
      const allowed = declared(timeline.facts.limits) ?? 0
      const said = (n: number): string => `${count(n, one, many)}${allowed > 0 ? `, ${allowed} declared,` : ''}`
      const rests = staysAtEach(timeline, untouchedRests(timeline), { is: isMore })
      const long = rests.map((stays) => stays.filter(({ sinceMs, untilMs }) => untilMs - sinceMs >= stayMs)).filter((stays) => sum(stays) > allowed)
      const undecided = (rests.at(-1) ?? []).filter(({ gone }) => !gone)

      if (rests.length === 0) return noRest
      if (long.length > 0) {
        const worst = Math.max(...long.map(sum))
        return { kind: 'leak', sentence: `${said(worst)} left when the load had gone`, survivors: latestOfEach(long.flat()).map((stay) => ({ ...survivor(stay, why(stay.member)), ...(holds && { holds }) })) }
      }
      if (sum(undecided) > allowed)
        return { kind: 'inconclusive', sentence: `${said(sum(undecided))} at the last rest, seen for less than ${duration(stayMs)}`, settledBy: 'a longer settle after the last cycle' }
      return { kind: 'pass', sentence: allowed > 0 ? `never more than the ${count(allowed, one, many)} declared stayed at rest` : `no ${one} stayed at rest` }
    },
  }
}

/** How many each held when it was last seen before the first request. */
function heldBeforeLoad<M extends Member>({ looks, cycles }: Timeline, is: (member: Member) => member is M, weight: (member: M) => number): ReadonlyMap<string, number> {
  const loadMs = cycles[0]?.startMs ?? Number.POSITIVE_INFINITY
  const last = looks.findLast(({ atMs }) => atMs < loadMs)
  return new Map(last?.members.filter(is).map((member) => [key(member), weight(member)]))
}
