import type { Member } from '../timeline/member.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { binomialAtMost, chiSquareAbove } from './statistics/distributions.ts'
import { measuredDoses } from './measured-doses.ts'
import { bornIn, type Rest, untouchedRests } from './rest.ts'
import { ownThroughout } from './stay.ts'

/** A measured cycle that sent requests, and by how much the count rose above the highest that was seen at rest before. */
export type Step = { readonly cycle: number; readonly dose: number; readonly rise: number }

/**
 * How a count at rest grew with the load.
 * `proportional`: it rose in every cycle, in three at least, by no less than one steady rate per request: growth like this has no end.
 * `unsettled`: it rose in three cycles or more, the last among them, but without such a rate: a pool that fills, or a slow leak.
 * `bounded`: it stopped rising, or never rose.
 * `plateau` is the highest before the measured cycles, `fall` how far the count ever fell below its highest.
 */
export type Growth = { readonly kind: 'bounded' | 'unsettled' | 'proportional'; readonly plateau: number; readonly fall: number; readonly steps: readonly Step[] }

/** The numbers that the rule depends on. `lowtide simulate` prints what other numbers would have led to. */
export type GrowthRule = {
  /** Fewer cycles cannot tell a pool that fills from a leak. */
  readonly steps: number
  /** How much the largest cycle must add at the steady rate. Any cycle may cost one, whatever its dose: two is the least of which one can say that it follows the dose. */
  readonly inLargest: number
  /**
   * How many times as far a count must have risen as it ever fell. Of 8,000 simulated processes whose descriptors only come and go, correlated in time, some climb through every load by
   * chance; 17 passed for leaks at five times, 8 at ten, and no leak was lost by it.
   */
  readonly timesItsFall: number
  /** From how many identities on their spread over the cycles is judged. With six, none of 6,000 simulated healthy pools and sets of workers was accused; with five, one or two in a thousand. */
  readonly births: number
  /** A spread over the cycles that is less probable than this is not by chance. */
  readonly improbable: number
}

export const growthRule: GrowthRule = { steps: 3, inLargest: 2, timesItsFall: 10, births: 6, improbable: 0.05 }

/** Fewer cycles cannot tell a pool that fills from a leak. */
export const enoughSteps = growthRule.steps

/**
 * Growth of a count over the quiet rests. The cycle with the lowest rate decides, and the one with the highest proves nothing: a pool, a cache or a set of spare workers has a cycle in
 * which it does not grow, however the others look. For the same reason more survivors never make this verdict milder: they can only raise the lowest rate.
 */
export const growthOf = (timeline: Timeline, countAt: (rest: Rest, cycle: number | null) => number, rule: GrowthRule = growthRule): Growth => growthOver(timeline, untouchedRests(timeline), countAt, 0, rule)

/** The same over some of the rests. The first `warmUps` quiet ones of them count as a warm-up, whatever cycles they are of. */
export function growthOver(timeline: Timeline, some: readonly Rest[], countAt: (rest: Rest, cycle: number | null) => number, warmUps: number, rule: GrowthRule = growthRule): Growth {
  const rests = some.filter(({ quiet }) => quiet)
  const measured = new Map(measuredDoses(timeline).map(({ cycle, counted }) => [cycle, counted]))
  const early = new Set(rests.slice(0, warmUps))
  const isMeasured = (rest: Rest): boolean => rest.cycle !== null && measured.has(rest.cycle) && !early.has(rest)
  const counts = rests.map((rest) => ({ rest, count: countAt(rest, isMeasured(rest) ? rest.cycle : null) }))
  const plateau = Math.max(0, ...counts.filter(({ rest }) => !isMeasured(rest)).map(({ count }) => count))

  let [most, fall] = [Number.NEGATIVE_INFINITY, 0]
  for (const { count } of counts) {
    most = Math.max(most, count)
    fall = Math.max(fall, most - count)
  }

  let highest = plateau
  const steps: Step[] = []
  for (const { rest, count } of counts.filter(({ rest }) => isMeasured(rest))) {
    const rise = Math.max(0, count - highest)
    highest += rise
    const dose = measured.get(rest.cycle ?? -1) ?? 0
    if (dose > 0) steps.push({ cycle: rest.cycle ?? -1, dose, rise })
  }
  return { kind: kindOf(steps, fall, rule, loadsNeeded(timeline, rule)), plateau, fall, steps }
}

/**
 * How many loads growth must have gone through to be called steady. A plateau may be reached late: if a run was cut short, nobody knows whether its last loads would have shown one, so
 * it needs all the loads of its plan. Unless it was ended by a leak that was certain for another reason.
 */
function loadsNeeded({ end, endedEarly, facts: { doses } }: Timeline, rule: GrowthRule): number {
  const isCutShort = end === 'interrupted' || end === 'failed' || (endedEarly !== null && endedEarly !== 'leak confirmed')
  return isCutShort ? Math.max(rule.steps, doses.filter((dose) => dose > 0).length) : rule.steps
}

function kindOf(steps: readonly Step[], fall: number, rule: GrowthRule, needed: number): Growth['kind'] {
  const rate = Math.min(...steps.map(({ dose, rise }) => rise / dose))
  const largest = Math.max(...steps.map(({ dose }) => dose))
  const isSteady = steps.length >= needed && rate * largest >= rule.inLargest
  // What fell as far as it rose moves by itself: noise that is correlated in time reaches a new high after each of four loads more often than one would think.
  if (isSteady && sumOf(steps, ({ rise }) => rise) > rule.timesItsFall * fall) return 'proportional'
  const rising = steps.filter(({ rise }) => rise > 0).length
  return rising >= rule.steps && (steps.at(-1)?.rise ?? 0) > 0 ? 'unsettled' : 'bounded'
}

/** `1 after 20 requests, 2 after 40, 4 after 80`. */
export const inSteps = ({ steps }: Growth): string => steps.map(({ dose, rise }, i) => `${rise} after ${dose}${i === 0 ? ' requests' : ''}`).join(', ')

/** How far the count rose in all over the measured cycles. */
export const risen = ({ steps }: Growth): number => sumOf(steps, ({ rise }) => rise)

/** Growth of a number of identities. `stayed`: those of the last rest that were born in a cycle in which the number rose. `atEnd`: how many are at the last rest. */
export type GrowthByIdentity<M extends Member> = Growth & { readonly stayed: readonly M[]; readonly atEnd: number }

/**
 * Growth of a number of identities. Both the number at rest and the number of those that stay to the last rest must grow: a pool that renews its sessions always has new ones but not
 * more of them, and one that fills has more and then no more.
 */
export function growthByIdentity<M extends Member>(timeline: Timeline, is: (member: Member) => member is M, rule: GrowthRule = growthRule): GrowthByIdentity<M> {
  const atRest = new Map(untouchedRests(timeline).map((rest) => [rest.last, ownThroughout(timeline, rest, is)]))
  const own = ({ last }: Rest): readonly M[] => atRest.get(last) ?? []
  const last = untouchedRests(timeline).findLast(({ quiet }) => quiet)
  const atEnd = last === undefined ? [] : own(last)
  const ids = new Set(atEnd.map(({ id }) => id))
  const needed = loadsNeeded(timeline, rule)
  const inNumber = byChance(growthOf(timeline, (rest) => own(rest).length, rule), rule, needed)
  const inStayers = byChance(growthOf(timeline, (rest) => own(rest).filter(({ id }) => ids.has(id)).length, rule), rule, needed)

  const milder = severity.indexOf(inNumber.kind) <= severity.indexOf(inStayers.kind) ? inNumber : inStayers
  const grewIn = new Set(milder.steps.filter(({ rise }) => rise > 0).map(({ cycle }) => cycle))
  const stayed = atEnd.filter((member) => grewIn.has(bornIn(timeline, member) ?? -1))
  return { ...milder, plateau: inNumber.plateau, stayed, atEnd: atEnd.length }
}

/**
 * What leaks by chance has no steady rate: a small load may leave nothing. So where identities still come in the last of at least three cycles, and enough of them in all, their spread
 * decides. It is a leak if they are spread by dose, as Poisson's law allows (Fisher's index of dispersion), and do not become fewer per request, as where something fills (binomial,
 * each later part against its share).
 * Only for identities: a number that merely went up has noise of its own.
 */
function byChance(growth: Growth, rule: GrowthRule, needed: number): Growth {
  const { kind, steps } = growth
  const [births, requests] = [sumOf(steps, ({ rise }) => rise), sumOf(steps, ({ dose }) => dose)]
  if (kind !== 'unsettled' || births < rule.births || steps.length < needed) return growth
  const dispersion = steps.reduce((sum, { rise, dose }) => sum + (rise - (births * dose) / requests) ** 2 / ((births * dose) / requests), 0)
  const slowest = Math.min(...steps.slice(1).map((_, i) => binomialAtMost(sumOf(steps.slice(i + 1), ({ rise }) => rise), births, sumOf(steps.slice(i + 1), ({ dose }) => dose) / requests)))
  return chiSquareAbove(dispersion, steps.length - 1) >= rule.improbable && slowest >= rule.improbable ? { ...growth, kind: 'proportional' } : growth
}

const sumOf = (steps: readonly Step[], of: (step: Step) => number): number => steps.reduce((sum, step) => sum + of(step), 0)

const severity: readonly Growth['kind'][] = ['bounded', 'unsettled', 'proportional']
