import type { Plan } from '../scenario/scenario.ts'
import { doseShares } from '../scenario/profiles.ts'
import type { Limits } from '../timeline/facts.ts'

/** What a cycle takes besides its load: the generator's start and end, and three quiet looks. */
const cycleOverheadMs = 2_000
/** Control, stop, judging and tear-down. */
export const closingMs = 22_000
/**
 * Until when a run may load, in milliseconds from its beginning. Its doses fit the budget at the rate of its warm-up. But if the application stops answering, each request takes its whole
 * time-out, and thousands of them take a day. Half the budget again, ten minutes at most, is enough for a machine that is only busy.
 */
export const loadsUntilMs = ({ budgetMs }: Pick<Plan, 'budgetMs'>): number => budgetMs + Math.min(budgetMs / 2, 600_000)

/** A stack boots in some 4 seconds, or a few times that on a machine that is busy. */
const usualBootMs = 15_000
/** How much of a boot is no part of the budget: what it takes beyond that goes into images that are pulled and built, which happens once on a machine. */
export const beyondBudgetMs = (bootMs: number): number => Math.max(0, bootMs - usualBootMs)

export const baselineCycles = 3
/** The dose of a baseline cycle, in units: enough to use every pool, and not so much as to spend the budget. */
const baselineShare = 1 / 2
/** A run to exhaustion goes through its doses at least this often: in a single round an accident looks like a rate. */
const rounds = 4
const largestShare = Math.max(...doseShares)

/**
 * The largest dose unit for which the rest of the budget is enough, at the rate seen in warm-up. Never more than planned, and never less than the concurrency:
 * a cycle that does not fill the application's pools does not show what happens when they are full.
 * @param measuredPerSecond requests a second that counted in warm-up, while there was load
 * @param beside.besideMs what each cycle takes besides its load and the usual overhead: to count the places of a pool, or to wait for pods
 * @param beside.rampMs how long the users of a measured load take to come. It lasts longer by no more than that, and by half of it where it goes on for long after
 * @param beside.baselines cycles of the baseline that are still to come
 */
export function doseWithinBudget(plan: Plan, elapsedMs: number, measuredPerSecond: number, { besideMs = 0, rampMs = 0, baselines = baselineCycles }: { readonly besideMs?: number; readonly rampMs?: number; readonly baselines?: number } = {}): number {
  const shares = plan.stopsAt === 'exhaustion' ? Array<number>(rounds * doseShares.length).fill(largestShare) : doseShares
  const ramps = shares.filter((share) => share > 0).length
  const leftMs = plan.budgetMs - elapsedMs - closingMs - (shares.length + baselines) * (cycleOverheadMs + besideMs) - ramps * rampMs
  const units = shares.reduce((sum, share) => sum + share, 0) + baselines * baselineShare
  return Math.max(plan.concurrency, Math.min(plan.dose, Math.floor((Math.max(0, leftMs) / 1_000 / units) * measuredPerSecond)))
}

export const baselineDose = (unit: number, concurrency: number) => Math.max(concurrency, Math.ceil(unit * baselineShare))

/** How long each cycle of a run to exhaustion lasts: as long as the one with the most requests. All cycles then lose the same to a leak by the hour, but not to a leak by the request. */
export const equalMs = (unit: number, measuredPerSecond: number) => (1_000 * largestShare * unit) / Math.max(0.1, measuredPerSecond)

/** The share of a night that is kept free: settles differ by fractions of a second, and if one of these were missing, a whole last cycle would not fit. */
const spare = 0.01

/**
 * How long each cycle of a run to exhaustion lasts so that whole cycles fill what is left: at least as long as `equalMs` says. Otherwise a night whose last cycle does not fit would stand idle for the
 * length of one.
 * Where not even `cycles` of them fit, they are shorter: waiting must not make the run longer still.
 * @param loadMs how long the cycle with most requests has load
 * @param settleMs what each takes on top, to come to rest
 */
export function equalWithin(leftMs: number, { cycles, loadMs, settleMs }: { readonly cycles: number; readonly loadMs: number; readonly settleMs: number }): number {
  const usableMs = leftMs * (1 - spare)
  return Math.max(0, usableMs / Math.max(cycles, Math.floor(usableMs / (loadMs + settleMs))) - settleMs)
}

/** The most requests at once from one generator on the same machine, however large a pool is declared to be. */
export const mostAtOnce = 100

/**
 * How many requests at once leave at least one without a place in the application's pools: a deadlock of nested checkouts, for example, never shows below that number and always above it.
 * From what is declared, else from the sessions that rested after a warm-up; never below the plan's own.
 */
export function peakConcurrency({ concurrency }: Plan, { poolMaxPerProcess, workers }: Limits, sessionsAtRest: number): number {
  const places = poolMaxPerProcess === undefined ? sessionsAtRest : poolMaxPerProcess * (workers ?? 1)
  return Math.max(concurrency, Math.min(mostAtOnce, places === 0 ? 0 : places + 1))
}
