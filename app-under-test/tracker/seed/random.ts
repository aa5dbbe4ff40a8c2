/** Numbers in [0, 1), the same for the same seed. */
export type Random = () => number

/** Mulberry32, begun from a hash of the words, so that each part of the data has a stream of its own. */
export function randomOf(...words: readonly (string | number)[]): Random {
  let state = 2_166_136_261
  for (const character of words.join('/')) state = Math.imul(state ^ character.charCodeAt(0), 16_777_619)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

export const chance = (random: Random, probability: number) => random() < probability

export const pick = <T>(random: Random, items: readonly T[]): T => items[Math.floor(random() * items.length)]!

/** A random index. */
export type Draw = (random: Random) => number

/** Draws an index in proportion to the weights. */
export function weighted(weights: readonly number[]): Draw {
  let total = 0
  const cumulative = weights.map((weight) => (total += weight))
  return (random) => {
    const drawn = random() * total
    let [low, high] = [0, cumulative.length - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if (drawn < cumulative[middle]!) high = middle
      else low = middle + 1
    }
    return low
  }
}

/** Draws one of n, the first most often: rank r (counted from 1) with probability proportional to r^-s. */
export const zipf = (n: number, s: number): Draw => weighted(Array.from({ length: n }, (_, rank) => (rank + 1) ** -s))

/** Box-Muller. */
export const normal = (random: Random) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

export const lognormal = (random: Random, median: number, sigma: number) => median * Math.exp(sigma * normal(random))

export const exponential = (random: Random, mean: number) => -mean * Math.log(1 - random())

/** At least 1, with P(X > x) = x^-alpha. */
export const pareto = (random: Random, alpha: number) => (1 - random()) ** (-1 / alpha)

/** Knuth's; for small means. */
export function poisson(random: Random, mean: number): number {
  const limit = Math.exp(-mean)
  let product = random()
  let count = 0
  while (product > limit) {
    product *= random()
    count++
  }
  return count
}

/** Poisson with a gamma-distributed mean: bursts and silences. */
export const negativeBinomial = (random: Random, mean: number, k: number) => poisson(random, Math.min(gamma(random, k) * (mean / k), 200))

/** Marsaglia and Tsang 2000, with their boost for shapes below 1. */
function gamma(random: Random, shape: number): number {
  if (shape < 1) return gamma(random, shape + 1) * random() ** (1 / shape)
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = normal(random)
    const v = (1 + c * x) ** 3
    if (v > 0 && Math.log(1 - random()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v
  }
}
