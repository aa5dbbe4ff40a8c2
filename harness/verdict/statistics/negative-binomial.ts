import { logGamma, rootOf } from './distributions.ts'
import type { Estimate } from './intervals.ts'

/** What one cycle left, with its requests or its hours. */
export type Count = { readonly births: number; readonly exposure: number }

/**
 * Rate of counts that differ from cycle to cycle by more than chance: negative binomial with mean rate x exposure and variance mean + mean^2 / size (Lawless, "Negative binomial and
 * mixed Poisson regression", Canadian Journal of Statistics 15, 1987). Size and rate have the greatest likelihood; the interval at 95 % comes from the profile of the likelihood.
 */
export function negativeBinomial(counts: readonly Count[]): Estimate {
  const seen = counts.filter(({ exposure }) => exposure > 0)
  const events = seen.reduce((sum, { births }) => sum + births, 0)
  const exposure = seen.reduce((sum, one) => sum + one.exposure, 0)
  if (events === 0 || exposure === 0) return { value: 0, lower: 0, upper: 0 }
  const start = Math.log(events / exposure)
  /** The greatest likelihood of a rate, given as its logarithm, over all sizes. */
  const at = (logRate: number): number => highest((logSize) => likelihood(seen, Math.exp(logRate), Math.exp(logSize)), -7, 14).value
  const { at: best, value: most } = highest(at, start - 5, start + 5)
  const loss = (logRate: number): number => 2 * (most - at(logRate)) - 3.841458820694124
  return { value: Math.exp(best), lower: Math.exp(rootOf((x) => -loss(x), best - 15, best)), upper: Math.exp(rootOf(loss, best, best + 15)) }
}

const likelihood = (counts: readonly Count[], rate: number, size: number): number =>
  counts.reduce((sum, { births, exposure }) => {
    const mean = rate * exposure
    return sum + logRising(size, births) - (size + births) * Math.log1p(mean / size) + births * Math.log(mean / size)
  }, 0)

/** Logarithm of size (size + 1) ... (size + births - 1). */
function logRising(size: number, births: number): number {
  if (births > 30) return logGamma(size + births) - logGamma(size)
  let sum = 0
  for (let k = 0; k < births; k += 1) sum += Math.log(size + k)
  return sum
}

/** Maximum of a function that has only one, by golden section (Kiefer, Proceedings of the AMS 4, 1953). */
function highest(f: (x: number) => number, low: number, high: number): { readonly at: number; readonly value: number } {
  const ratio = (Math.sqrt(5) - 1) / 2
  let [left, right] = [high - ratio * (high - low), low + ratio * (high - low)]
  let [atLeft, atRight] = [f(left), f(right)]
  for (let i = 0; i < 60; i += 1) {
    if (atLeft > atRight) {
      ;[high, right, atRight] = [right, left, atLeft]
      left = high - ratio * (high - low)
      atLeft = f(left)
    } else {
      ;[low, left, atLeft] = [left, right, atRight]
      right = low + ratio * (high - low)
      atRight = f(right)
    }
  }
  return atLeft > atRight ? { at: left, value: atLeft } : { at: right, value: atRight }
}
