import { binomialAtMost, poissonAtMost, poissonExactly, rootOf } from './distributions.ts'

/** The ends of an interval, for a mean number of events or for a share. */
export type Interval = { readonly lower: number; readonly upper: number }

/** A rate with its interval at 95 %. */
export type Estimate = Interval & { readonly value: number }

/**
 * Exact two-sided interval for the mean of a Poisson count (Garwood, Biometrika 28, 1936). At its ends, seeing so many events or more, or so few or less, has a probability of (1 -
 * confidence) / 2. Equal to half the quantiles of chi-square with 2x and 2x + 2 degrees of freedom.
 */
export function garwood(events: number, confidence = 0.95): Interval {
  const tail = (1 - confidence) / 2
  return { lower: events === 0 ? 0 : meanWhere((mean) => poissonAtMost(events - 1, mean), 1 - tail, events), upper: meanWhere((mean) => poissonAtMost(events, mean), tail, events) }
}

/** Upper end of the one-sided interval for the mean of a Poisson count: 3.00 for no event at 95 %, the rule of three. */
export const upperBound = (events: number, confidence = 0.95): number => meanWhere((mean) => poissonAtMost(events, mean), 1 - confidence, events)

/**
 * The mid-P interval for the mean of a Poisson count: half of the probability of what was seen counts to either side (Lancaster, JASA 56, 1961). It covers the truth about as often as
 * its confidence says, on average; Garwood's never less often, and mostly more often. So it is for coverage tables, and not for a bound that must hold.
 */
export function midP(events: number, confidence = 0.95): Interval {
  const tail = (1 - confidence) / 2
  const below = (mean: number): number => poissonAtMost(events - 1, mean) + poissonExactly(events, mean) / 2
  return { lower: events === 0 ? 0 : meanWhere(below, 1 - tail, events), upper: meanWhere(below, tail, events) }
}

/** Exact two-sided interval for a share (Clopper and Pearson, Biometrika 26, 1934): quantiles of a beta distribution, computed as the binomial sums that they are. */
export function clopperPearson(successes: number, trials: number, confidence = 0.95): Interval {
  if (trials === 0) return { lower: 0, upper: 1 }
  const tail = (1 - confidence) / 2
  return {
    lower: successes === 0 ? 0 : rootOf((chance) => binomialAtMost(successes - 1, trials, chance) - (1 - tail), 0, 1),
    upper: successes === trials ? 1 : rootOf((chance) => binomialAtMost(successes, trials, chance) - tail, 0, 1),
  }
}

/** The mean at which this probability, which falls from 1 to 0 as the mean grows, has a given value. */
const meanWhere = (below: (mean: number) => number, probability: number, events: number): number => rootOf((mean) => below(mean) - probability, 0, 2 * events + 50)
