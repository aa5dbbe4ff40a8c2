import type { Plan, ProfileName, Scenario } from './scenario.ts'

/**
 * The lengths of a run. `dose` is the most that a unit may be: a run lowers it to what its budget allows, and says so. The dose of `certify` is the smallest with which baseline and measured
 * cycles together have the requests that the sequential test needs (verdict/statistics/sequential.ts), and a few more, since some may fail.
 */
export const profiles: Readonly<Record<ProfileName, Plan>> = {
  repro: { dose: 6, concurrency: 6, sampleEveryMs: 200, settleMs: 15_000, budgetMs: 60_000, stopsAt: 'first-confirmed-leak', seed: 1, thinkScale: 1 },
  gate: { dose: 20, concurrency: 6, sampleEveryMs: 200, settleMs: 20_000, budgetMs: 120_000, stopsAt: 'sure', seed: 1, thinkScale: 1 },
  certify: { dose: 3_250, concurrency: 6, sampleEveryMs: 200, settleMs: 20_000, budgetMs: 3_600_000, stopsAt: 'sure', seed: 1, thinkScale: 1 },
  nightly: { dose: 2_000, concurrency: 12, sampleEveryMs: 200, settleMs: 60_000, budgetMs: 8 * 3_600_000, stopsAt: 'exhaustion', seed: 1, thinkScale: 1 },
}

/** A profile's plan with the scenario's own settings on top, and the command line's on top of those. */
export const planFor = (scenario: Scenario, profile: ProfileName, asked: Partial<Plan>): Plan => ({ ...profiles[profile], ...scenario.profiles?.[profile], ...asked })

/** How large the measured cycles are, in units of the dose. A leak by the request grows with the dose; a leak by the hour also shows in the cycle without requests. */
export const doseShares = [0, 1, 2, 4, 1] as const

/** The measured doses in a random order that the seed decides (Fisher and Yates): in a rising order, a machine that slows down would look like the dose. */
export function shuffledDoses(unit: number, seed: number): number[] {
  const doses = doseShares.map((share) => share * unit)
  let state = seed >>> 0
  for (let last = doses.length - 1; last > 0; last -= 1) {
    // Numerical Recipes' linear congruential generator: poor, but plenty for one of 60 orders.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    const pick = Math.floor((state / 2 ** 32) * (last + 1))
    ;[doses[last], doses[pick]] = [doses[pick] ?? 0, doses[last] ?? 0]
  }
  return doses
}
