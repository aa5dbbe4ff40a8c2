import type { Arrivals } from '../../scenario/model.ts'
import { randomsOf } from './random.ts'

/** Of `Arrivals.dropAfterMs`. */
export const defaultDropAfterMs = 1_000

/** Milliseconds from the cycle's beginning to visit `i`, from 0. Grows with `i`. */
export type Moments = (i: number) => number

/**
 * The moments of a cycle's visits, into which its dose falls. With Poisson spacing they depend on the seed and on the visit's number over the run, as all that is random in a load.
 * `checkpoints` are `checkpointsOf` the same numbers: users share them, and none has to add up the whole cycle.
 */
export const momentsOf = ({ perSecond, spacing = 'poisson', rampMs = 0 }: Arrivals, { seed, firstRequest, dose, visits }: Numbered & { readonly dose: number; readonly visits: number }, checkpoints: ArrayLike<number>): Moments => {
  const rampS = rampMs / 1_000
  // The rate is of requests, as the dose is.
  const visitsPerSecond = (perSecond * visits) / dose
  // Of an inhomogeneous process: time in which the rate would have been 1, turned back (Lewis and Shedler 1979, section 2).
  const inMs = (events: number) => 1_000 * (events < (visitsPerSecond * rampS) / 2 ? Math.sqrt((2 * rampS * events) / visitsPerSecond) : events / visitsPerSecond + rampS / 2)
  if (spacing === 'even') return i => inMs(i)
  const gap = gapsOf(seed)
  let [at, events] = [-1, 0]
  return i => {
    // A user's visits have growing numbers, mostly a few apart.
    if (i < at || i - at > stride) [at, events] = [Math.floor(i / stride) * stride - 1, checkpoints[Math.floor(i / stride)]!]
    while (at < i) events += gap(firstRequest + ++at)
    return inMs(events)
  }
}

/** Where every 64th visit of a Poisson process of rate 1 begins to be waited for. Moments by the clock need none. */
export const checkpointsOf = (visits: number, { spacing = 'poisson' }: Arrivals, { seed, firstRequest }: Numbered): readonly number[] => {
  const checkpoints: number[] = []
  if (spacing === 'even') return checkpoints
  const gap = gapsOf(seed)
  for (let i = 0, events = 0; i < visits; i++) {
    if (i % stride === 0) checkpoints.push(events)
    events += gap(firstRequest + i)
  }
  return checkpoints
}

type Numbered = { readonly seed: number; readonly firstRequest: number }

const stride = 64

/** Between visit `n` and the one before it, exponential with mean 1. By a seed of its own: other gaps do not mean other requests. */
const gapsOf = (seed: number): ((n: number) => number) => {
  const random = randomsOf(seed ^ 0x5bd1e995)
  return n => -Math.log(1 - random(n).fraction())
}
