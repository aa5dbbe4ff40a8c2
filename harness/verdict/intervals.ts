import { binomialAtMost, binomialExactly, poissonAtMost, poissonExactly, rootOf } from './distributions.ts'

/** An interval, for a mean number of events or for a share. */
export type Interval = { readonly lower: number; readonly upper: number }

/** A rate with its interval at 95 %. */
export type Estimate = Interval & { readonly value: number }

/**
 * Exact two-sided interval for the mean of a Poisson count (Garwood, Biometrika 28, 1936): the means under which seeing
 * so many, or so few, is as improbable as (1 - confidence) / 2. Equal to half the quantiles of chi-square with 2x and 2x + 2 degrees of freedom.
 */
export function garwood(events: number, confidence = 0.95): Interval {
  const tail = (1 - confidence) / 2
  return { lower: events === 0 ? 0 : meanWhere((mean) => poissonAtMost(events - 1, mean), 1 - tail, events), upper: meanWhere((mean) => poissonAtMost(events, mean), tail, events) }
}

/** Upper end of the one-sided interval: 3.00 at no event and 95 %, the rule of three. */
export const upperBound = (events: number, confidence = 0.95): number => meanWhere((mean) => poissonAtMost(events, mean), 1 - confidence, events)

/**
 * The mid-P interval: half of the probability of what was seen counts to either side (Lancaster, JASA 56, 1961). Near its confidence on average, where Garwood's
 * never falls below it and lies above: for coverage tables, not for a bound that must hold.
 */
export function midP(events: number, confidence = 0.95): Interval {
  const tail = (1 - confidence) / 2
  const below = (mean: number): number => poissonAtMost(events - 1, mean) + poissonExactly(events, mean) / 2
  return { lower: events === 0 ? 0 : meanWhere(below, 1 - tail, events), upper: meanWhere(below, tail, events) }
}

/** Exact two-sided interval for a share (Clopper and Pearson, Biometrika 26, 1934): quantiles of beta, by the binomial sums that they are. */
export function clopperPearson(successes: number, trials: number, confidence = 0.95): Interval {
  if (trials === 0) return { lower: 0, upper: 1 }
  const tail = (1 - confidence) / 2
  return {
    lower: successes === 0 ? 0 : rootOf((chance) => binomialAtMost(successes - 1, trials, chance) - (1 - tail), 0, 1),
    upper: successes === trials ? 1 : rootOf((chance) => binomialAtMost(successes, trials, chance) - tail, 0, 1),
  }
}

/** The mid-P interval for a share. */
export function midPShare(successes: number, trials: number, confidence = 0.95): Interval {
  if (trials === 0) return { lower: 0, upper: 1 }
  const tail = (1 - confidence) / 2
  const below = (chance: number): number => binomialAtMost(successes - 1, trials, chance) + binomialExactly(successes, trials, chance) / 2
  return { lower: successes === 0 ? 0 : rootOf((chance) => below(chance) - (1 - tail), 0, 1), upper: successes === trials ? 1 : rootOf((chance) => below(chance) - tail, 0, 1) }
}

/** The mean at which a probability that falls from 1 to 0 with it has this value. */
const meanWhere = (below: (mean: number) => number, probability: number, events: number): number => rootOf((mean) => below(mean) - probability, 0, 2 * events + 50)
