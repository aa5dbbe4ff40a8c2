import type { Plan } from '../scenario/scenario.ts'
import { doseShares } from '../scenario/profiles.ts'

/** What a cycle costs beside its load: the generator's start, its end, and three quiet looks. */
const cycleOverheadMs = 2_000
/** Control, stop, judging and tear-down. */
const closingMs = 22_000
export const baselineCycles = 3

/**
 * The largest dose unit that the rest of the budget can carry at the rate seen in warm-up, never more than planned and never less than the concurrency:
 * a cycle that does not fill the application's pools shows nothing of what happens when they are full.
 * @param measuredPerSecond requests a second that counted in warm-up
 */
export function doseWithinBudget(plan: Plan, elapsedMs: number, measuredPerSecond: number): number {
  const cycles = doseShares.length + baselineCycles
  const units = doseShares.reduce<number>((sum, share) => sum + share, 0) + baselineCycles * baselineShare
  const leftMs = plan.budgetMs - elapsedMs - closingMs - cycles * cycleOverheadMs
  return Math.max(plan.concurrency, Math.min(plan.dose, Math.floor((Math.max(0, leftMs) / 1_000 / units) * measuredPerSecond)))
}

/** Share of a dose unit that each baseline cycle gets: enough to go through every pool, little enough not to spend the budget. */
const baselineShare = 1 / 2
export const baselineDose = (unit: number, concurrency: number) => Math.max(concurrency, Math.ceil(unit * baselineShare))
