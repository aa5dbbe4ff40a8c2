/** Random numbers that depend on a seed and a request's number alone, never on timing: the same seed gives the same requests. */
export type Random = {
  /** At least 0, less than 1. */
  readonly fraction: () => number
  /** A whole number from `low` to `high`, both included. */
  readonly between: (low: number, high: number) => number
  readonly pick: <T>(items: readonly T[]) => T
}

/** The random numbers of request `n`. */
export const randomOf = (seed: number, n: number): Random => randomsOf(seed)(n)

/** The same for one request after the other: always the same object, which draws for the request that was asked for last. In k6's runtime making one costs more than most journeys do with it. */
export const randomsOf = (seed: number): ((n: number) => Random) => {
  const start = mix(seed)
  let state = 0
  // Weyl sequence through a mixing function, as in SplitMix (Steele, Lea, Flood 2014), on 32 bits.
  const fraction = () => mix((state = (state + 0x9e3779b9) | 0)) / 2 ** 32
  const between = (low: number, high: number) => low + Math.floor(fraction() * (high - low + 1))
  const random: Random = {
    fraction,
    between,
    pick: items => {
      if (items.length === 0) throw new Error('random.pick was given an empty list')
      return items[between(0, items.length - 1)]!
    },
  }
  return n => {
    state = mix(start + n)
    return random
  }
}

/**
 * Where request `n` stands in a mix: steps of the golden ratio around a circle, which keep the shares of a mix in every stretch of it.
 * Drawn by chance, a small dose may leave out the one route that leaks, and its cycle would speak for the application.
 */
export const turnOf = (seed: number, n: number): number => turnsOf(seed)(n)

/** The same for one request after the other. */
export const turnsOf = (seed: number): ((n: number) => number) => {
  const start = mix(seed) / 2 ** 32
  return n => (start + n * goldenRatio) % 1
}
const goldenRatio = (Math.sqrt(5) - 1) / 2

/** Index into `weights`, each as wide as its weight, at this fraction of them all. */
export const indexAt = (weights: readonly number[], fraction: number): number => {
  // Once a request, in k6's runtime, which is slow with closures and iterators.
  let total = 0
  for (let index = 0; index < weights.length; index++) total += weights[index]!
  let left = fraction * total
  for (let index = 0; index < weights.length; index++) if ((left -= weights[index]!) < 0) return index
  // Rounding may leave a trace of `left`: it belongs to the last that has any weight.
  return weights.findLastIndex(weight => weight > 0)
}

/** Finalizer of MurmurHash3 (Appleby): every bit of the input moves every bit of the output. */
const mix = (value: number): number => {
  let hash = value | 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
