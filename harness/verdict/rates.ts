/** An interval for a mean number of events. */
export type Interval = { readonly lower: number; readonly upper: number }

/**
 * Exact two-sided interval for the mean of a Poisson count (Garwood, Biometrika 28, 1936): the means under which seeing
 * so many, or so few, is as improbable as (1 - confidence) / 2. Equal to half the quantiles of chi-square with 2x and 2x + 2 degrees of freedom.
 */
export function garwood(events: number, confidence = 0.95): Interval {
  const tail = (1 - confidence) / 2
  return { lower: events === 0 ? 0 : meanWhere(events - 1, 1 - tail), upper: meanWhere(events, tail) }
}

/** Upper end of the one-sided interval: 3.00 at no event and 95 %, the rule of three. */
export const upperBound = (events: number, confidence = 0.95): number => meanWhere(events, 1 - confidence)

/** The mean under which at most `events` happen with this probability. Bisection: the sum falls from 1 to 0 as the mean grows. */
function meanWhere(events: number, probability: number): number {
  let low = 0
  let high = 2 * events + 50
  for (let i = 0; i < 200 && low < high; i += 1) {
    const middle = (low + high) / 2
    if (middle === low || middle === high) break
    if (atMost(events, middle) > probability) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** Probability of at most `events` at this mean: the largest term times the sum of all in its measure, so that a mean of thousands does not underflow. */
function atMost(events: number, mean: number): number {
  if (mean === 0) return 1
  let ratio = 1
  let sum = 1
  for (let k = events; k > 0; k -= 1) {
    ratio *= k / mean
    sum += ratio
    if (ratio < sum * Number.EPSILON && k < mean) break
  }
  return Math.exp(logExactly(events, mean) + Math.log(sum))
}

/** Logarithm of the probability of exactly `events`, by the saddle point, which keeps its digits where n ln m - m - ln n! cancels (Loader 2000). */
function logExactly(events: number, mean: number): number {
  if (events < 16) return events * Math.log(mean) - mean - Math.log(factorial(events))
  const excess = mean - events
  return events * Math.log1p(excess / events) - excess - Math.log(2 * Math.PI * events) / 2 - stirlingError(events)
}

/** ln n! less Stirling's formula; Abramowitz and Stegun 6.1.40, exact to 1e-14 from 16 on. */
const stirlingError = (n: number): number => (1 / 12 - (1 / 360 - (1 / 1260 - 1 / (1680 * n ** 2)) / n ** 2) / n ** 2) / n

function factorial(n: number): number {
  let product = 1
  for (let k = 2; k <= n; k += 1) product *= k
  return product
}
