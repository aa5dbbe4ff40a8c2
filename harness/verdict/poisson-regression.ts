import { rootOf } from './distributions.ts'

/** What a cycle had of each cause, and what it left. The first in a list is the first of the run. */
export type Exposure = { readonly births: number; readonly requests: number; readonly hours: number }

/** Coefficients of births = a requests + b hours + s [first cycle]. */
export type Coefficients = { readonly perRequest: number; readonly perHour: number; readonly atStart: number }

/** Expected births of each cycle. */
export const expectedOf = (cycles: readonly Exposure[], coefficients: Coefficients): readonly number[] => cycles.map((cycle, i) => meanOf(cycle, i, coefficients))

const meanOf = ({ requests, hours }: Exposure, nth: number, { perRequest, perHour, atStart }: Coefficients): number => perRequest * requests + perHour * hours + (nth === 0 ? atStart : 0)

/** Logarithm of the Poisson likelihood but for its constant. */
export const likelihoodOf = (cycles: readonly Exposure[], coefficients: Coefficients): number =>
  expectedOf(cycles, coefficients).reduce((sum, mean, i) => {
    const { births } = cycles[i] as Exposure
    return sum - mean + (births === 0 ? 0 : births * Math.log(mean))
  }, 0)

/**
 * Maximum of the likelihood over all coefficients that are not negative. It is concave in them (a Poisson regression with identity link: Marschner, "Stable
 * computation of maximum likelihood estimates in identity link Poisson regression", 2010), so one derivative after the other leads there: the
 * start-up term in closed form, within the hours', within the requests'.
 */
export const fitted = (cycles: readonly Exposure[]): Coefficients => best(cycles, requestsOf, (perRequest) => withRequests(cycles, perRequest))

/** The same with the rate per request held fast. */
export const withRequests = (cycles: readonly Exposure[], perRequest: number): Coefficients => best(cycles, hoursOf, (perHour) => withStart(cycles, perRequest, perHour))

/** The same with the rate per hour held fast. */
export const withHours = (cycles: readonly Exposure[], perHour: number): Coefficients => best(cycles, requestsOf, (perRequest) => withStart(cycles, perRequest, perHour))

/** The same with what the start left held fast. */
export const withAtStart = (cycles: readonly Exposure[], atStart: number): Coefficients =>
  best(cycles, requestsOf, (perRequest) => best(cycles, hoursOf, (perHour) => ({ perRequest, perHour, atStart }), 'held'), 'held')

const requestsOf = ({ requests }: Exposure): number => requests
const hoursOf = ({ hours }: Exposure): number => hours

/** The best along one rate, where `at` knows the best of the others for each of its values: their derivatives are 0 there, or they lie at 0. */
function best(cycles: readonly Exposure[], exposure: (cycle: Exposure) => number, at: (rate: number) => Coefficients, start: 'fitted' | 'held' = 'fitted'): Coefficients {
  const slope = (rate: number): number => slopeOf(cycles, at(rate), exposure, start)
  const most = mostOf(cycles, exposure)
  return at(most === 0 || slope(0) <= 0 ? 0 : rootOf(slope, 0, most))
}

/** What the rates leave unexplained of the first cycle is start-up: the only one to have it. */
function withStart(cycles: readonly Exposure[], perRequest: number, perHour: number): Coefficients {
  const [first] = cycles
  return { perRequest, perHour, atStart: first === undefined ? 0 : Math.max(0, first.births - perRequest * first.requests - perHour * first.hours) }
}

/** Derivative of the likelihood by one rate. A fitted start takes up whatever the first cycle has more. */
const slopeOf = (cycles: readonly Exposure[], coefficients: Coefficients, exposure: (cycle: Exposure) => number, start: 'fitted' | 'held'): number =>
  cycles.reduce((sum, cycle, i) => {
    if (exposure(cycle) === 0 || (start === 'fitted' && i === 0 && coefficients.atStart > 0)) return sum
    return sum + ((cycle.births === 0 ? 0 : cycle.births / meanOf(cycle, i, coefficients)) - 1) * exposure(cycle)
  }, 0)

/** No rate can be higher than if it had left all of the later cycles' births alone, or all of them. */
function mostOf(cycles: readonly Exposure[], exposure: (cycle: Exposure) => number): number {
  const births = cycles.reduce((sum, cycle) => sum + cycle.births, 0)
  const exposures = cycles.map(exposure)
  const later = exposures.slice(1).reduce((sum, one) => sum + one, 0)
  const all = later > 0 ? later : (exposures[0] ?? 0)
  return all === 0 ? 0 : births / all
}
