import type { Limits } from '../timeline/facts.ts'
import type { Member } from '../timeline/member.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { finalRest, isOlderThanLoad, restsOf } from './rest.ts'
import { isPlanted, latestOfEach, type Stay, staysAt, survivor } from './stay.ts'
import { stayMs } from './thresholds.ts'
import type { Invariant } from './verdict.ts'
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
  /** Members that were there before the first request cannot be a request's. Not for what should never be there at all. */
  readonly excusesOlderThanLoad?: boolean
  readonly why: (member: M) => string
}

/**
 * Rule R7: what is declared, 0 if nothing is, is all that may be left when the load has gone. What goes away with the
 * next request costs something but grows nowhere: a warning.
 */
export function nothingAbove<M extends Member>({ name, called, is, weight = () => 1, declared, excusesOlderThanLoad = false, why }: Floor<M>): Invariant {
  const [one, many] = typeof called === 'string' ? [called, `${called}s`] : called
  const sum = (stays: readonly Stay<M>[]): number => stays.reduce((total, { latest }) => total + weight(latest), 0)

  return {
    name,
    check: (timeline) => {
      const rest = finalRest(timeline)
      if (rest === undefined) return { kind: 'inconclusive', sentence: `no rest in which ${many} could be counted`, settledBy: 'a run with three looks after its last cycle' }
      const allowed = declared(timeline.facts.limits) ?? 0
      const stays = latestOfEach(staysAt(timeline, rest, { is })).filter((stay) => !(excusesOlderThanLoad && isOlderThanLoad(timeline, stay.member)))
      const healed = stays.filter((stay) => healsOnNudge(timeline, stay))
      const staying = stays.filter((stay) => !healed.includes(stay))
      const long = staying.filter(({ sinceMs, untilMs }) => untilMs - sinceMs >= stayMs)
      const said = (n: number): string => `${count(n, one, many)}${allowed > 0 ? `, ${allowed} declared,` : ''}`

      if (sum(long) > allowed)
        return { kind: 'leak', sentence: `${said(sum(long))} left when the load had gone`, survivors: long.map((stay) => survivor(stay, why(stay.latest))) }
      if (sum(staying.filter(({ gone }) => !gone)) > allowed)
        return { kind: 'inconclusive', sentence: `${said(sum(staying))} at the last rest, seen for less than ${duration(stayMs)}`, settledBy: 'a longer settle after the last cycle' }
      if (sum(stays) > allowed)
        return { kind: 'warning', sentence: `${said(sum(stays))} left at rest, gone by themselves or with the next requests`, survivors: stays.map((stay) => survivor(stay, why(stay.latest))) }
      return { kind: 'pass', sentence: sum(stays) === 0 ? `no ${one} left at rest` : `${said(sum(stays))} at rest` }
    },
  }
}

/** Gone on every look after the nudge that followed this rest. */
function healsOnNudge<M extends Member>(timeline: Timeline, { rest, member }: Stay<M>): boolean {
  const nudged = restsOf(timeline).find(({ reading, last }) => reading === 'nudged' && last.atMs > rest.last.atMs)
  return nudged !== undefined && nudged.confirmed && nudged.looks.every((look) => !look.members.some((other) => other.id === member.id && other.kind === member.kind && !isPlanted(timeline, other, look)))
}
