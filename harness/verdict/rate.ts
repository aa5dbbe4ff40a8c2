import type { Timeline } from '../timeline/timeline.ts'
import { type Birth, cyclesOf } from './births.ts'
import { chiSquareAbove, rootOf } from './statistics/distributions.ts'
import { requestsOf } from './exhaustion.ts'
import { negativeBinomial } from './statistics/negative-binomial.ts'
import { type Coefficients, expectedOf, type Exposure, fitted, likelihoodOf, withAtStart, withHours, withRequests } from './statistics/poisson-regression.ts'
import { type Estimate, garwood } from './statistics/intervals.ts'
import { count, list, thousands } from './words.ts'

/** What the number left behind may grow with. */
export type Cause = 'per request' | 'per hour' | 'at start-up'

/**
 * What the number left behind grows with. One cause, where it is at least twenty times as likely as each of the others; `mixed`, where no single cause is likely; else `undecided`. `events` are
 * the things left behind, or bursts of them where they come in bursts, and the rates are of events. `sentence` says all of it.
 */
export type Rate = { readonly sentence: string; readonly events: number; readonly law: Law } & (
  | { readonly kind: 'per request'; readonly perRequest: Estimate }
  | { readonly kind: 'per hour'; readonly perHour: Estimate }
  /** `atStart` is what one start leaves. */
  | { readonly kind: 'at start-up'; readonly atStart: Estimate }
  | { readonly kind: 'mixed'; readonly perRequest: Estimate; readonly perHour: Estimate; readonly atStart: Estimate }
  | { readonly kind: 'undecided'; readonly between: readonly Cause[]; readonly perRequest: Estimate; readonly perHour: Estimate }
)

/** `Poisson of episodes`: births within a second of one another are a burst, which counts once. `negative binomial`: cycles differ by more than chance, which makes the interval wider. */
export type Law = 'Poisson' | 'Poisson of episodes' | 'negative binomial'

/** The numbers that the choice depends on. `lowtide simulate` prints what other numbers would have led to. */
export type RateRule = {
  /** How many times as likely a cause must be as any other to be told alone (Royall, "Statistical Evidence", 1997, calls 8 fairly strong and 32 strong evidence). */
  readonly clearly: number
  /** If births came one by one, cycles would differ this much with a smaller probability than this: then they do not come one by one. */
  readonly improbable: number
}

export const rateRule: RateRule = { clearly: 20, improbable: 0.01 }

/** The rate of what was left behind, by the cycles in which it was; null where nothing was. */
export function rateOf(timeline: Timeline, births: readonly Birth[], rule: RateRule = rateRule): Rate | null {
  if (births.length === 0 || timeline.cycles.length === 0) return null
  const exposures = exposuresOf(timeline, births)
  const bySurvivors = choose(exposures, rule)
  if (!isOverdispersed(exposures, bySurvivors.expected, rule)) return told(exposures, bySurvivors, 'Poisson')
  const episodes = exposuresOf(timeline, episodesOf(births))
  const byEpisodes = choose(episodes, rule)
  if (!isOverdispersed(episodes, byEpisodes.expected, rule)) return told(episodes, byEpisodes, 'Poisson of episodes', births.length)
  return told(exposures, bySurvivors, 'negative binomial')
}

/** Requests, hours and births of each cycle. What was there before the first request is counted in the first cycle. */
function exposuresOf(timeline: Timeline, births: readonly Birth[]): readonly Exposure[] {
  const cycles = cyclesOf(timeline, births)
  const requests = new Map(timeline.doses.map((dose) => [dose.cycle, requestsOf(timeline, dose)]))
  const first = cycles[0]?.cycle
  const by = Map.groupBy(births, ({ cycle }) => cycle ?? first)
  return cycles.map(({ cycle, startMs, endMs }) => ({
    births: by.get(cycle)?.length ?? 0,
    requests: requests.get(cycle) ?? 0,
    hours: (endMs - startMs) / 3_600_000,
  }))
}

/** A single cause is rejected when twice its loss in log likelihood exceeds this: the 95 % quantile of chi-square with two degrees of freedom, one for each cause that is left out. */
const rejectedAbove = 5.991464547107979

/** The same limit for the ends of an interval: one degree of freedom (Wilks, Annals of Mathematical Statistics 9, 1938). */
const inInterval = 3.841458820694124

type Choice = { readonly causes: readonly Cause[]; readonly expected: readonly number[]; readonly whole: Coefficients }

function choose(cycles: readonly Exposure[], { clearly }: RateRule): Choice {
  const whole = fitted(cycles)
  const most = likelihoodOf(cycles, whole)
  const singles = causes.map((cause) => ({ cause, coefficients: alone(cycles, cause) })).map((single) => ({ ...single, likelihood: likelihoodOf(cycles, single.coefficients) }))
  const standing = singles.filter(({ likelihood }) => 2 * (most - likelihood) <= rejectedAbove).toSorted((a, b) => b.likelihood - a.likelihood)
  const [first] = standing
  if (first === undefined) return { causes: [], expected: expectedOf(cycles, whole), whole }
  const rivals = standing.filter(({ likelihood }) => first.likelihood - likelihood < Math.log(clearly))
  return { causes: causes.filter((cause) => rivals.some((rival) => rival.cause === cause)), expected: expectedOf(cycles, first.coefficients), whole }
}

const causes: readonly Cause[] = ['per request', 'per hour', 'at start-up']

/** The model with one cause only: its rate is the number of all births, divided by all requests, all hours, or one start. */
function alone(cycles: readonly Exposure[], cause: Cause): Coefficients {
  const births = sumOf(cycles, (cycle) => cycle.births)
  return {
    perRequest: cause === 'per request' ? births / Math.max(sumOf(cycles, ({ requests }) => requests), Number.MIN_VALUE) : 0,
    perHour: cause === 'per hour' ? births / Math.max(sumOf(cycles, ({ hours }) => hours), Number.MIN_VALUE) : 0,
    atStart: cause === 'at start-up' ? births : 0,
  }
}

/**
 * Whether cycles differ by more than a Poisson distribution lets them: Pearson's statistic is more than 1.5 times its degrees of freedom, and that is improbable (Fisher's index of dispersion).
 * Never for fewer than five births, which may lie anywhere.
 */
function isOverdispersed(cycles: readonly Exposure[], expected: readonly number[], { improbable }: RateRule): boolean {
  const cells = cycles.flatMap(({ births }, i) => ((expected[i] ?? 0) > 0 ? [{ births, mean: expected[i] ?? 0 }] : []))
  const statistic = cells.reduce((sum, { births, mean }) => sum + (births - mean) ** 2 / mean, 0)
  const degrees = cells.length - 1
  return sumOf(cycles, ({ births }) => births) >= 5 && degrees > 0 && statistic / degrees > 1.5 && chiSquareAbove(statistic, degrees) < improbable
}

/** Births within a second of the one before, in the same cycle, count as one burst. A birth that only looks date, which is not exact enough, counts alone. */
function episodesOf(births: readonly Birth[]): readonly Birth[] {
  const timed = births.filter(({ atMs }) => atMs !== null).toSorted((a, b) => (a.atMs ?? 0) - (b.atMs ?? 0))
  const first = timed.filter((birth, i) => {
    const before = timed[i - 1]
    return before === undefined || before.cycle !== birth.cycle || (birth.atMs ?? 0) - (before.atMs ?? 0) > 1_000
  })
  return [...first, ...births.filter(({ atMs }) => atMs === null)]
}

function told(cycles: readonly Exposure[], { causes: likely, whole }: Choice, law: Law, survivors?: number): Rate {
  const events = sumOf(cycles, ({ births }) => births)
  const requests = sumOf(cycles, (cycle) => cycle.requests)
  const hours = sumOf(cycles, (cycle) => cycle.hours)
  const single = (exposure: (cycle: Exposure) => number): Estimate => (law === 'negative binomial' ? negativeBinomial(cycles.map((cycle) => ({ births: cycle.births, exposure: exposure(cycle) }))) : exactly(events, sumOf(cycles, exposure)))
  const perRequest = (): Estimate => single((cycle) => cycle.requests)
  const perHour = (): Estimate => single((cycle) => cycle.hours)
  const zeroDose = cycles.filter((cycle) => cycle.requests === 0)
  const inZeroDose = sumOf(zeroDose, ({ births }) => births)
  const ofBursts = law === 'Poisson of episodes'
  const idle = zeroDose.length === 0 ? 'no cycle was without requests' : `${inZeroDose === 0 ? 'none' : thousands(inZeroDose)} came in the cycle${zeroDose.length === 1 ? '' : 's'} without requests`
  const what = ofBursts ? `${thousands(survivors ?? events)} left behind in ${count(events, 'burst')}` : `${thousands(events)} left behind`
  const dispersed = law === 'negative binomial' ? '; the cycles differ by more than chance, so the intervals are wide (negative binomial)' : ''
  const { inThousand, anHour, inStart } = ratesIn(ofBursts ? 'burst' : null)
  const come = events === 1 ? 'comes' : 'come'
  const base = { events, law }

  const [cause, ...others] = likely
  if (cause === undefined) {
    const estimates = { perRequest: profile(cycles, whole.perRequest, requests, (value) => withRequests(cycles, value)), perHour: profile(cycles, whole.perHour, hours, (value) => withHours(cycles, value)), atStart: profile(cycles, whole.atStart, 1, (value) => withAtStart(cycles, value)) }
    const parts = [
      ...(whole.perRequest > 0 ? [inThousand(estimates.perRequest)] : []),
      ...(whole.perHour > 0 ? [anHour(estimates.perHour)] : []),
      ...(whole.atStart > 0.5 ? [inStart(estimates.atStart)] : []),
    ]
    return { kind: 'mixed', ...base, ...estimates, sentence: `${what}, which ${events === 1 ? 'has' : 'have'} more than one cause: ${list(parts)}${dispersed}` }
  }
  if (others.length > 0) {
    const rates = { perRequest: perRequest(), perHour: perHour() }
    const amounts = { 'per request': inThousand(rates.perRequest), 'per hour': anHour(rates.perHour), 'at start-up': 'all at the start' } satisfies Record<Cause, string>
    return { kind: 'undecided', ...base, between: likely, ...rates, sentence: `${what}, too few to say whether ${events === 1 ? 'it' : 'they'} ${come} ${either(likely.map((one) => withWhat[one]))}: ${either(likely.map((one) => amounts[one]))}; ${idle}${dispersed}` }
  }
  switch (cause) {
    case 'per request': {
      const rate = perRequest()
      return { kind: cause, ...base, perRequest: rate, sentence: `${what}, which ${come} ${withWhat[cause]}: ${inThousand(rate)}; ${idle}${dispersed}` }
    }
    case 'per hour': {
      const rate = perHour()
      return { kind: cause, ...base, perHour: rate, sentence: `${what}, which ${come} ${withWhat[cause]}, whatever the load: ${anHour(rate)}; ${idle}${dispersed}` }
    }
    case 'at start-up': {
      const atStart = exactly(events, 1)
      return { kind: cause, ...base, atStart, sentence: `${what}, which came ${withWhat[cause]} (95 %: ${digits(atStart.lower)} to ${digits(atStart.upper)} at each start): all in the first cycle, none with later requests or with time` }
    }
    default:
      return cause satisfies never
  }
}

const exactly = (events: number, exposure: number): Estimate => {
  const { lower, upper } = garwood(events)
  return exposure === 0 ? { value: 0, lower: 0, upper: 0 } : { value: events / exposure, lower: lower / exposure, upper: upper / exposure }
}

/** Profile likelihood (Venzon and Moolgavkar, Applied Statistics 37, 1988): the values that, with the best of the others, explain it hardly worse than the best of all. */
function profile(cycles: readonly Exposure[], value: number, exposure: number, at: (value: number) => Coefficients): Estimate {
  const most = likelihoodOf(cycles, at(value))
  const excess = (rate: number): number => Math.min(Number.MAX_VALUE, 2 * (most - likelihoodOf(cycles, at(rate)))) - inInterval
  if (exposure === 0) return { value: 0, lower: 0, upper: 0 }
  let beyond = Math.max(2 * value, 4 / exposure)
  while (excess(beyond) < 0) beyond *= 2
  return { value, lower: value === 0 || excess(0) < 0 ? 0 : rootOf((rate) => -excess(rate), 0, value), upper: rootOf(excess, value, beyond) }
}

/** A rate in words; `each` names what is counted, where that is not the things left behind. */
function ratesIn(each: string | null) {
  const several = each === null ? '' : ` ${each}s`
  const between = (lower: number, upper: number): string => `(95 %: ${digits(lower)} to ${digits(upper)})`
  return {
    inThousand: ({ value, lower, upper }: Estimate): string => `${digits(1_000 * value)}${several} per 1,000 requests ${between(1_000 * lower, 1_000 * Math.min(1, Math.max(upper, value)))}`,
    anHour: ({ value, lower, upper }: Estimate): string => `${digits(value)}${several} an hour ${between(lower, upper)}`,
    inStart: ({ value, lower, upper }: Estimate): string => `${thousands(value)}${several} at the start ${between(lower, upper)}`,
  }
}

const withWhat: Readonly<Record<Cause, string>> = { 'per request': 'with the requests', 'per hour': 'with time', 'at start-up': 'only at the start' }

const digits = (rate: number): string => (rate >= 100 ? thousands(rate) : rate === 0 ? '0' : rate.toPrecision(2))

/** `a or b`, `a, b or c`. */
const either = (words: readonly string[]): string => `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`

const sumOf = (cycles: readonly Exposure[], of: (cycle: Exposure) => number): number => cycles.reduce((sum, cycle) => sum + of(cycle), 0)
