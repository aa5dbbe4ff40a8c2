import type { Plan } from '../scenario/scenario.ts'
import { doseShares } from '../scenario/profiles.ts'
import type { Limits } from '../timeline/facts.ts'

/** What a cycle costs beside its load: the generator's start, its end, and three quiet looks. */
const cycleOverheadMs = 2_000
/** Control, stop, judging and tear-down. */
export const closingMs = 22_000
/**
 * Until when a run may load, in milliseconds from its beginning. Its doses fit the budget at the rate of its warm-up; but of an application that answers no more each request takes its
 * whole time-out, and thousands of them a day. A machine that is only busy gets half as long again, ten minutes at most.
 */
export const loadsUntilMs = ({ budgetMs }: Pick<Plan, 'budgetMs'>): number => budgetMs + Math.min(budgetMs / 2, 600_000)

/** A stack boots in some 4 seconds, or a few times that on a machine that is busy. */
const usualBootMs = 15_000
/** How much of a boot is no part of the budget: what it takes beyond that goes into images that are pulled and built, which happens once on a machine. */
export const beyondBudgetMs = (bootMs: number): number => Math.max(0, bootMs - usualBootMs)

export const baselineCycles = 3
/** Share of a dose unit that each baseline cycle gets: enough to go through every pool, little enough not to spend the budget. */
const baselineShare = 1 / 2
/** So many rounds of its doses a run to exhaustion makes at least: in one, an accident looks like a rate. */
const rounds = 4
const largestShare = Math.max(...doseShares)

/**
 * The largest dose unit that the rest of the budget can carry at the rate seen in warm-up, never more than planned and never less than the concurrency:
 * a cycle that does not fill the application's pools shows nothing of what happens when they are full.
 * @param measuredPerSecond requests a second that counted in warm-up, while there was load
 * @param besideMs what each cycle takes beside its load, and the usual overhead: to ask for the places of a pool, or until pods have come
 */
export function doseWithinBudget(plan: Plan, elapsedMs: number, measuredPerSecond: number, besideMs = 0): number {
  const measured = plan.stopsAt === 'exhaustion' ? { cycles: rounds * doseShares.length, units: rounds * doseShares.length * largestShare } : { cycles: doseShares.length, units: doseShares.reduce<number>((sum, share) => sum + share, 0) }
  const leftMs = plan.budgetMs - elapsedMs - closingMs - (measured.cycles + baselineCycles) * (cycleOverheadMs + besideMs)
  const units = measured.units + baselineCycles * baselineShare
  return Math.max(plan.concurrency, Math.min(plan.dose, Math.floor((Math.max(0, leftMs) / 1_000 / units) * measuredPerSecond)))
}

export const baselineDose = (unit: number, concurrency: number) => Math.max(concurrency, Math.ceil(unit * baselineShare))

/** How long each cycle of a run to exhaustion lasts: as long as the one with most requests. What leaks by the hour then leaks as much in each, and what leaks by the request does not. */
export const equalMs = (unit: number, measuredPerSecond: number) => (1_000 * largestShare * unit) / Math.max(0.1, measuredPerSecond)

/** Left over of the time of a run to exhaustion: settles differ by fractions of a second, and for want of one of these its whole last cycle would not fit. */
const spare = 0.01

/**
 * The same, lengthened so that whole cycles fill what is left: a night whose last cycle does not fit would stand idle for the length of one.
 * Where not even `cycles` of them fit, they are shorter: waiting must not make the run longer still.
 * @param loadMs how long the cycle with most requests has load
 * @param settleMs what each takes on top, to come to rest
 */
export function equalWithin(leftMs: number, { cycles, loadMs, settleMs }: { readonly cycles: number; readonly loadMs: number; readonly settleMs: number }): number {
  const usableMs = leftMs * (1 - spare)
  return Math.max(0, usableMs / Math.max(cycles, Math.floor(usableMs / (loadMs + settleMs))) - settleMs)
}

/** One generator on the same machine asks for no more at once, however large a pool declares itself. */
export const mostAtOnce = 100

/**
 * Requests at once that leave some without a place in the application's pools: nested checkouts and locks of sessions show nothing below that number and
 * everything above it. By what is declared, else by the sessions that were seen to rest after a warm-up; never below the plan's own.
 */
export function peakConcurrency({ concurrency }: Plan, { poolMaxPerProcess, workers }: Limits, sessionsAtRest: number): number {
  const places = poolMaxPerProcess === undefined ? sessionsAtRest : poolMaxPerProcess * (workers ?? 1)
  return Math.max(concurrency, Math.min(mostAtOnce, places === 0 ? 0 : places + 1))
}
