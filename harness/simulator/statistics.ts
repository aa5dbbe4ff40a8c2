import { poissonExactly } from '../verdict/statistics/distributions.ts'
import { garwood, type Interval, midP } from '../verdict/statistics/intervals.ts'
import { sequentialTest, usualDesign } from '../verdict/statistics/sequential.ts'
import type { Experiment } from './experiment.ts'
import { randomOf } from './random.ts'

/** How many requests lie between two rests, at which the sequential test is asked. */
const betweenRests = 1_000

/** The most requests of a run: five times what a clean one needs. */
const longestRun = 150_000

/** The sequential test at true rates from clean to leaking. */
export const sequential: Experiment = {
  name: 'sequential',
  cells: [1e-7, usualDesign.clean, 1e-5, 3e-5, usualDesign.leaking, 1e-3].map((rate) => ({
    cell: String(rate),
    share: 1 / 2,
    trial: (seed, trial) => {
      const random = randomOf(seed, trial)
      let survivors = 0
      for (let requests = betweenRests; requests <= longestRun; requests += betweenRests) {
        survivors += random.poisson(rate * betweenRests)
        const { kind } = sequentialTest(survivors, requests)
        if (kind !== 'go on') return [kind, ...Array<string>(requests / betweenRests).fill('thousands of requests')]
      }
      return ['go on', ...Array<string>(longestRun / betweenRests).fill('thousands of requests')]
    },
  })),
}

const intervals = remembering((events) => ({ garwood: garwood(events), midP: midP(events) }))

/** Whether the intervals of a Poisson count contain its mean, for means at which most runs see nothing up to means of a hundred. */
export const coverage: Experiment = {
  name: 'coverage',
  cells: [0.5, 1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 100].map((about) => ({
    cell: String(about),
    share: 1 / 2,
    trial: (seed, trial) => {
      const random = randomOf(seed, trial)
      // A count is discrete, so the coverage at one particular mean is a matter of luck: means are spread around the one that names the cell.
      const mean = about * random.within(0.75, 1.25)
      const of = intervals(random.poisson(mean))
      return [...(holds(of.garwood, mean) ? ['garwood'] : []), ...(holds(of.midP, mean) ? ['mid-P'] : [])]
    },
  })),
}

/** The share of counts, 0 to 1, whose interval contains the mean, by the kind of interval. */
export type Covered = { readonly garwood: number; readonly midP: number }

/** At how many means the coverage of a cell is summed, evenly between its ends. */
const grid = 2_000

/** The same without chance: the sum, over all counts whose interval contains the mean, of their probability; averaged over the means of the cell. */
export function exactCoverage(about: number): Covered {
  const means = Array.from({ length: grid }, (_, i) => about * (0.75 + (0.5 * (i + 0.5)) / grid))
  const covered = (of: (events: number) => Interval): number =>
    means.reduce((sum, mean) => {
      let at = 0
      // Beyond ten standard deviations nothing is left to add.
      for (let events = Math.max(0, Math.floor(mean - 10 * Math.sqrt(mean))); events <= mean + 10 * Math.sqrt(mean) + 10; events += 1) if (holds(of(events), mean)) at += poissonExactly(events, mean)
      return sum + at
    }, 0) / grid
  return { garwood: covered((events) => intervals(events).garwood), midP: covered((events) => intervals(events).midP) }
}

const holds = ({ lower, upper }: Interval, mean: number): boolean => lower <= mean && mean <= upper

function remembering<T>(make: (events: number) => T): (events: number) => T {
  const known = new Map<number, T>()
  return (events) => {
    const found = known.get(events) ?? make(events)
    known.set(events, found)
    return found
  }
}
