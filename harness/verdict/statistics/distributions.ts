/*
 * Distribution functions of counts. Two libraries were weighed. jstat (1.9.6, MIT) is off by 2.5e-9 in the chi-square quantile of 2,002 degrees
 * of freedom and by 3e-9 in a normal quantile; @stdlib (0.2.3) is exact and brings 222 packages and 27 MB for the quantiles of gamma and beta alone.
 * Every quantile needed here is one of a count: chi-square with an even number of degrees of freedom is Poisson's sum, beta with whole
 * parameters the binomial's. So both are summed from their largest term, which holds 1e-10 and better; the tests hold them to values of mpmath.
 */

/** Probability of at most `events` where the mean is `mean` (Poisson). */
export function poissonAtMost(events: number, mean: number): number {
  if (events < 0) return 0
  if (mean === 0) return 1
  return events < mean ? poissonExactly(events, mean) * sumDown(events, (k) => k / mean) : 1 - poissonExactly(events + 1, mean) * sumUp(events + 1, (k) => mean / k)
}

/**
 * Probability of exactly `events` (Poisson), by the saddle point, which keeps the digits that n ln m - m - ln n! would lose by cancellation (Loader, "Fast and accurate computation of
 * binomial probabilities", 2000).
 */
export function poissonExactly(events: number, mean: number): number {
  return Math.exp(poissonLog(events, mean))
}

/** Natural logarithm of the same. */
export function poissonLog(events: number, mean: number): number {
  if (mean === 0) return events === 0 ? 0 : Number.NEGATIVE_INFINITY
  if (events === 0) return -mean
  return -stirlingError(events) - deviance(events, mean) - Math.log(2 * Math.PI * events) / 2
}

/** Probability of at most `successes` in `trials` (binomial). */
export function binomialAtMost(successes: number, trials: number, chance: number): number {
  if (successes < 0) return 0
  if (successes >= trials || chance <= 0) return 1
  if (chance >= 1) return 0
  const odds = chance / (1 - chance)
  if (successes < trials * chance) return binomialExactly(successes, trials, chance) * sumDown(successes, (k) => k / (trials - k + 1) / odds)
  return 1 - binomialExactly(successes + 1, trials, chance) * sumUp(successes + 1, (k) => (k > trials ? 0 : ((trials - k + 1) / k) * odds))
}

/** Probability of exactly `successes` (binomial), by Loader's saddle point as above. */
export function binomialExactly(successes: number, trials: number, chance: number): number {
  if (chance <= 0 || chance >= 1) return successes === (chance <= 0 ? 0 : trials) ? 1 : 0
  const failures = trials - successes
  if (successes === 0) return Math.exp(trials * Math.log1p(-chance))
  if (failures === 0) return Math.exp(trials * Math.log(chance))
  const log = stirlingError(trials) - stirlingError(successes) - stirlingError(failures) - deviance(successes, trials * chance) - deviance(failures, trials * (1 - chance))
  return Math.exp(log) * Math.sqrt(trials / (2 * Math.PI * successes * failures))
}

/** Probability that a standard normal is at most `z`: Marsaglia's series (Journal of Statistical Software 11/4, 2004), beyond 5 the continued fraction of the tail (Abramowitz and Stegun 26.2.14). */
export function normalAtMost(z: number): number {
  if (z > 5) return 1 - normalAtMost(-z)
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)
  if (z < -5) {
    let fraction = -z
    for (let k = 200; k > 0; k -= 1) fraction = -z + k / fraction
    return density / fraction
  }
  let term = z
  let sum = z
  for (let k = 3; Math.abs(term) > Math.abs(sum) * 1e-17; k += 2) sum += term *= (z * z) / k
  return 0.5 + sum * density
}

/** The value below which a standard normal lies with this probability. */
export const normalQuantile = (probability: number): number => (probability > 0.5 ? -normalQuantile(1 - probability) : rootOf((z) => normalAtMost(z) - probability, -40, 0))

/**
 * Probability that chi-square with this many degrees of freedom exceeds `value`. If they are even it is a Poisson sum; if they are odd the same recurrence begins at one degree, which
 * is the square of a normal (Abramowitz and Stegun 26.4.4 and 26.4.5).
 */
export function chiSquareAbove(value: number, degrees: number): number {
  if (value <= 0) return 1
  if (degrees % 2 === 0) return poissonAtMost(degrees / 2 - 1, value / 2)
  let term = Math.sqrt((2 * value) / Math.PI) * Math.exp(-value / 2)
  let sum = 2 * normalAtMost(-Math.sqrt(value))
  for (let k = 3; k <= degrees; k += 2) {
    sum += term
    term *= value / k
  }
  return Math.min(1, sum)
}

/** Logarithm of the gamma function: Stirling's series (Abramowitz and Stegun 6.1.40), from 16 on; below that by the recurrence. */
export function logGamma(x: number): number {
  if (x < 16) return logGamma(x + 1) - Math.log(x)
  return (x - 0.5) * Math.log(x) - x + Math.log(2 * Math.PI) / 2 + (1 / 12 - (1 / 360 - 1 / (1260 * x ** 2)) / x ** 2) / x
}

/** Where a monotone function crosses 0, by bisection to the last bit. */
export function rootOf(f: (x: number) => number, low: number, high: number): number {
  const rises = f(low) < 0
  for (let i = 0; i < 200; i += 1) {
    const middle = (low + high) / 2
    if (middle === low || middle === high) break
    if (f(middle) < 0 === rises) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** Sum of all terms from `k` down to 0, as a multiple of the first; `ratio(k)` is term k - 1 over term k. */
function sumDown(k: number, ratio: (k: number) => number): number {
  let term = 1
  let sum = 1
  for (; k > 0 && term > sum * Number.EPSILON; k -= 1) sum += term *= ratio(k)
  return sum
}

/** The same from `k` up; `ratio(k + 1)` is term k + 1 over term k. */
function sumUp(k: number, ratio: (k: number) => number): number {
  let term = 1
  let sum = 1
  for (; term > sum * Number.EPSILON; k += 1) sum += term *= ratio(k + 1)
  return sum
}

/** x ln(x / mean) + mean - x, without cancellation where x and mean are close: Loader's `bd0`. */
function deviance(x: number, mean: number): number {
  const v = (x - mean) / (x + mean)
  if (Math.abs(v) > 0.1) return x * Math.log(x / mean) + mean - x
  let sum = (x - mean) * v
  let power = 2 * x * v
  for (let j = 1; j < 1_000; j += 1) {
    power *= v * v
    const next = sum + power / (2 * j + 1)
    if (next === sum) break
    sum = next
  }
  return sum
}

/** ln n! minus Stirling's formula: from 16 on by the series (Abramowitz and Stegun 6.1.40), exact to 1e-14; below that from n! itself. */
function stirlingError(n: number): number {
  if (n > 15) return (1 / 12 - (1 / 360 - (1 / 1260 - 1 / (1680 * n ** 2)) / n ** 2) / n ** 2) / n
  let factorial = 1
  for (let k = 2; k <= n; k += 1) factorial *= k
  return Math.log(factorial) - (n + 0.5) * Math.log(n) + n - Math.log(2 * Math.PI) / 2
}
