import type { Limits } from '../timeline/facts.ts'
import type { Member } from '../timeline/member.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { isAtWork } from './at-work.ts'
import { key, memberAt, noRest, type Rest, untouchedRests } from './rest.ts'
import { latestOfEach, type Stay, staysAtEach, survivor } from './stay.ts'
import { leftByEarlyLoad } from './early-load.ts'
import { stayMs } from './thresholds.ts'
import type { Invariant, Opinion, Survivor } from './verdict.ts'
import { count, duration } from './words.ts'

/** What a rule of `nothingAbove` is about. */
export type Floor<M extends Member> = {
  readonly name: string
  /** `zombie` or [`process`, `processes`]. */
  readonly called: string | readonly [one: string, many: string]
  readonly is: (member: Member) => member is M
  /** How many one member counts for; default 1. */
  readonly weight?: (member: M) => number
  /** The limit in which the application declares how many are normal at rest. It is never learned from the run, so that a leak in the warm-up stays a leak. */
  readonly declaredBy: CountedLimit
  /** Whether some applications hold one by design. Then what was held before the first request is not blamed, and one alone need not be a leak. Not for what should never be there at all. */
  readonly mayBeMeant?: boolean
  readonly holds?: Survivor['holds']
  readonly why: (member: M) => string
}

/** If a leak would look like one thing held by design with no more than this probability, it is told as such a thing, in a warning. */
const improbable = 0.05

type Told = { readonly sentence: string; readonly survivors: readonly Survivor[] }

/** The limits that are numbers of things. */
type CountedLimit = Exclude<keyof Limits, 'steadyTables' | `${string}Ms`>

/**
 * When the load has gone, no more may be left than is declared, or nothing where nothing is declared. One rest that shows more is enough; if that went away later, its class of healing
 * says so. What a page that is still working has to end is not left yet.
 */
export function nothingAbove<M extends Member>({ name, called, is, weight = () => 1, declaredBy, mayBeMeant = false, holds, why }: Floor<M>): Invariant {
  const [one, many] = typeof called === 'string' ? [called, `${called}s`] : called

  /** What is left although it is not declared is a leak. Unless one may be held by design, and `only` this one was left, by an early load. */
  const opinionOnLeft = (timeline: Timeline, { sentence, survivors }: Told, only: Stay<M> | null): Opinion => {
    const mayStillBeMeant = mayBeMeant && (timeline.facts.limits[declaredBy] ?? 0) === 0
    const early = mayStillBeMeant && only !== null ? leftByEarlyLoad(timeline, only) : null
    if (early === null) {
      const isOfOneLoad = mayStillBeMeant && new Set(survivors.map(({ bornIn }) => bornIn)).size === 1
      return { kind: 'leak', sentence: isOfOneLoad ? `${sentence}; if the application means to hold ${survivors.length === 1 ? 'it' : 'them'}, declare limits.${declaredBy}` : sentence, survivors }
    }
    const since = `${sentence}, by the first ${count(early.sent, 'request')}, and none by the ${early.sentAfter} after them`
    if (early.chance <= improbable) return { kind: 'warning', sentence: `${since}: held by design, as by an elected leader, or left by one request alone; limits.${declaredBy} declares it`, survivors }
    return { kind: 'inconclusive', sentence: `${since}: too few to tell one that is held by design, as by an elected leader, from a leak`, settledBy: `limits.${declaredBy} if the application means to hold it, else a longer run` }
  }

  return {
    name,
    check: (timeline) => {
      // Compares what is held, not who holds it: a pool opens its sessions before the first request, and requests leave their locks on them.
      const before = mayBeMeant ? heldBefore(timeline, is, weight) : { isKnown: true, held: [] }
      const heldBy = new Map(before.held.map((member) => [key(member), weight(member)]))
      const more = (member: M): number => weight(member) - (heldBy.get(key(member)) ?? 0)
      const isMore = (member: Member): member is M => is(member) && more(member) > 0
      const sum = (stays: readonly Stay<M>[]): number => stays.reduce((total, { member }) => total + more(member), 0)
      const allowed = timeline.facts.limits[declaredBy] ?? 0
      const said = (n: number): string => `${count(n, one, many)}${allowed > 0 ? `, ${allowed} declared,` : ''}`
      const heldAt = ({ last }: Rest, member: M): number => {
        const now = memberAt(last, member)
        return now !== undefined && is(now) ? weight(now) : 0
      }
      const givenUpBy = (rest: Rest): number => before.held.reduce((total, member) => total + Math.max(0, weight(member) - heldAt(rest, member)), 0)
      const rests = untouchedRests(timeline)
      const stays = staysAtEach(timeline, rests, { is: isMore }).map((atOne) => atOne.filter(({ rest, member }) => !isAtWork(timeline, rest, member)))
      const long = rests
        .map((rest, i) => ({ rest, stayed: stays[i]?.filter(({ sinceMs, untilMs }) => untilMs - sinceMs >= stayMs) ?? [] }))
        .filter(({ stayed }) => sum(stayed) > allowed)
      const left = long.filter(({ rest, stayed }) => sum(stayed) > allowed + givenUpBy(rest))
      const undecided = (stays.at(-1) ?? []).filter(({ gone }) => !gone)
      const told = (some: typeof long): Told => ({
        sentence: `${said(Math.max(...some.map(({ stayed }) => sum(stayed))))} left when the load had gone`,
        survivors: latestOfEach(some.flatMap(({ stayed }) => stayed)).map((stay) => ({ ...survivor(stay, why(stay.member)), ...(holds && { holds }) })),
      })

      if (rests.length === 0) return noRest
      if (left.length > 0) {
        const [only = null, ...others] = latestOfEach(stays.flat())
        return opinionOnLeft(timeline, told(left), others.length === 0 && left.every(({ stayed }) => sum(stayed) === 1) ? only : null)
      }
      if (sum(undecided) > allowed && long.length === 0)
        return { kind: 'inconclusive', sentence: `${said(sum(undecided))} at the last rest, seen for less than ${duration(stayMs)}`, settledBy: 'a longer settle after the last cycle' }
      const unknown = before.isKnown ? 0 : before.held.reduce((total, member) => total + weight(member), 0)
      if (unknown > allowed) return { kind: 'inconclusive', sentence: `${said(unknown)} held since the first load or before: no look before the load tells`, settledBy: 'a run in which every probe answers before the load' }
      if (long.length > 0) {
        const { sentence, survivors } = told(long)
        return { kind: 'warning', sentence: `${sentence}, where as many of before the load were given up: they were taken anew`, survivors }
      }
      return { kind: 'pass', sentence: allowed > 0 ? `never more than the ${count(allowed, one, many)} declared stayed at rest` : `no ${one} stayed at rest` }
    },
  }
}

/** Who held some at the last complete look before the first request. If there was none, at the first complete look: then it is not known whether that is older than the load. */
function heldBefore<M extends Member>({ looks, cycles }: Timeline, is: (member: Member) => member is M, weight: (member: M) => number): { readonly isKnown: boolean; readonly held: readonly M[] } {
  const loadMs = cycles[0]?.startMs ?? Number.POSITIVE_INFINITY
  const complete = looks.filter(({ missed = [] }) => missed.length === 0)
  const last = complete.findLast(({ atMs }) => atMs < loadMs)
  return { isKnown: last !== undefined, held: ((last ?? complete[0])?.members ?? []).filter(is).filter((member) => weight(member) > 0) }
}
