import type { Random } from './random.ts'

/**
 * How long a user waits before a request, lognormal as reading times are: half of the waits are shorter than `medianMs`, and two thirds
 * within a factor of e^`sigma` around it (0.1 is a clock, 1 a person). None is longer than `mostMs`.
 */
export type Think = { readonly medianMs: number; readonly sigma: number; readonly mostMs: number }

/** One wait in milliseconds. Takes two numbers of `random`. */
export const thinkMs = ({ medianMs, sigma, mostMs }: Think, random: Random): number => {
  // Box and Muller, with 1 - u since the logarithm has no value at 0.
  const normal = Math.sqrt(-2 * Math.log(1 - random.fraction())) * Math.cos(2 * Math.PI * random.fraction())
  return Math.min(medianMs * Math.exp(sigma * normal), mostMs)
}
