/** Random numbers of one trial: the same seed and number give the same trial, on whatever thread and in whatever order. */
export type Random = {
  /** At least 0, less than 1. */
  readonly fraction: () => number
  /** A number from `low` to `high`. */
  readonly within: (low: number, high: number) => number
  /** A whole number from `low` to `high`, both included. */
  readonly between: (low: number, high: number) => number
  readonly pick: <T>(items: readonly T[]) => T
  readonly chance: (probability: number) => boolean
  readonly normal: () => number
  readonly exponential: (mean: number) => number
  readonly poisson: (mean: number) => number
}

/** Chris Doty-Humphrey's sfc32 (PractRand), seeded through the finalizer of MurmurHash3. */
export function randomOf(seed: number, trial: number): Random {
  let [a, b, c, counter] = [mix(seed), mix(trial ^ 0x9e3779b9), mix(seed ^ mix(trial)), 1]
  const fraction = (): number => {
    const sum = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum | 0
    return (sum >>> 0) / 2 ** 32
  }
  for (let i = 0; i < 12; i += 1) fraction()

  const between = (low: number, high: number): number => low + Math.floor(fraction() * (high - low + 1))
  /** Knuth's product of uniforms; a large mean is the sum of two halves. */
  const poisson = (mean: number): number => {
    if (mean > 30) return poisson(mean / 2) + poisson(mean / 2)
    const limit = Math.exp(-mean)
    let events = -1
    for (let product = 1; product > limit; product *= fraction()) events += 1
    return Math.max(0, events)
  }
  return {
    fraction,
    within: (low, high) => low + fraction() * (high - low),
    between,
    pick: (items) => {
      if (items.length === 0) throw new Error('nothing to pick from')
      return items[between(0, items.length - 1)] as (typeof items)[number]
    },
    chance: (probability) => fraction() < probability,
    // Box and Muller.
    normal: () => Math.sqrt(-2 * Math.log(1 - fraction())) * Math.cos(2 * Math.PI * fraction()),
    exponential: (mean) => -mean * Math.log(1 - fraction()),
    poisson,
  }
}

function mix(value: number): number {
  let hash = value | 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) | 0
}
