import { rootOf } from './distributions.ts'

/** What one cycle left, with its requests and its hours. The first in a list must be the first cycle of the run. */
export type Exposure = { readonly births: number; readonly requests: number; readonly hours: number }

/** Coefficients of births = perRequest x requests + perHour x hours + atStart, the last in the first cycle only. */
export type Coefficients = { readonly perRequest: number; readonly perHour: number; readonly atStart: number }

/** Expected births of each cycle. */
export const expectedOf = (cycles: readonly Exposure[], coefficients: Coefficients): readonly number[] => cycles.map((cycle, i) => meanOf(cycle, i, coefficients))

const meanOf = ({ requests, hours }: Exposure, nth: number, { perRequest, perHour, atStart }: Coefficients): number => perRequest * requests + perHour * hours + (nth === 0 ? atStart : 0)

/** Logarithm of the Poisson likelihood, without its constant. */
export const likelihoodOf = (cycles: readonly Exposure[], coefficients: Coefficients): number =>
  expectedOf(cycles, coefficients).reduce((sum, mean, i) => {
    const { births } = cycles[i] as Exposure
    return sum - mean + (births === 0 ? 0 : births * Math.log(mean))
  }, 0)

/**
 * The coefficients with the greatest likelihood, none of them negative. The likelihood is concave in them (a Poisson regression with identity link: Marschner, "Stable computation of
 * maximum likelihood estimates in identity link Poisson regression", 2010), so finding the zero of one derivative after the other leads there: that of the requests, within it that of
 * the hours, and within that the start in closed form.
 */
export const fitted = (cycles: readonly Exposure[]): Coefficients => best(cycles, requestsOf, (perRequest) => withRequests(cycles, perRequest))

/** The same for a given rate per request. */
export const withRequests = (cycles: readonly Exposure[], perRequest: number): Coefficients => best(cycles, hoursOf, (perHour) => withStart(cycles, perRequest, perHour))

/** The same for a given rate per hour. */
export const withHours = (cycles: readonly Exposure[], perHour: number): Coefficients => best(cycles, requestsOf, (perRequest) => withStart(cycles, perRequest, perHour))

/** The same for a given number left at the start. */
export const withAtStart = (cycles: readonly Exposure[], atStart: number): Coefficients =>
  best(cycles, requestsOf, (perRequest) => best(cycles, hoursOf, (perHour) => ({ perRequest, perHour, atStart }), 'held'), 'held')

const requestsOf = ({ requests }: Exposure): number => requests
const hoursOf = ({ hours }: Exposure): number => hours

/** The best value of one rate, where `at` gives the best of the others for each of its values: their derivatives are 0 there, or they are 0 themselves. */
function best(cycles: readonly Exposure[], exposure: (cycle: Exposure) => number, at: (rate: number) => Coefficients, start: 'fitted' | 'held' = 'fitted'): Coefficients {
  const slope = (rate: number): number => slopeOf(cycles, at(rate), exposure, start)
  const most = mostOf(cycles, exposure)
  return at(most === 0 || slope(0) <= 0 ? 0 : rootOf(slope, 0, most))
}

/** Only the first cycle has a start: what the rates do not explain of it is the start's. */
function withStart(cycles: readonly Exposure[], perRequest: number, perHour: number): Coefficients {
  const [first] = cycles
  return { perRequest, perHour, atStart: first === undefined ? 0 : Math.max(0, first.births - perRequest * first.requests - perHour * first.hours) }
}

/** Derivative of the likelihood by one rate. A fitted start takes up whatever the first cycle has more than the rates explain, so that cycle then says nothing of them. */
const slopeOf = (cycles: readonly Exposure[], coefficients: Coefficients, exposure: (cycle: Exposure) => number, start: 'fitted' | 'held'): number =>
  cycles.reduce((sum, cycle, i) => {
    if (exposure(cycle) === 0 || (start === 'fitted' && i === 0 && coefficients.atStart > 0)) return sum
    return sum + ((cycle.births === 0 ? 0 : cycle.births / meanOf(cycle, i, coefficients)) - 1) * exposure(cycle)
  }, 0)

/** The highest value that a rate can have: if it had left all births in the exposure of the later cycles alone, or, where these have none, in all of it. */
function mostOf(cycles: readonly Exposure[], exposure: (cycle: Exposure) => number): number {
  const births = cycles.reduce((sum, cycle) => sum + cycle.births, 0)
  const exposures = cycles.map(exposure)
  const later = exposures.slice(1).reduce((sum, one) => sum + one, 0)
  const all = later > 0 ? later : (exposures[0] ?? 0)
  return all === 0 ? 0 : births / all
}
