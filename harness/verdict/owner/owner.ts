import type { Timeline } from '../../timeline/timeline.ts'
import { type Birth, cyclesOf } from '../births.ts'
import { leftByEach, logByDose, logSum } from './by-dose.ts'
import { timesOf, type Times } from './by-time.ts'
import type { Rate } from '../rate.ts'
import type { Hang } from '../verdict.ts'
import { count, list, thousands } from '../words.ts'

/** A route of the load with its share of what was left, or of the probability that it left it. */
export type Share = { readonly route: string; readonly share: number }

/**
 * Which route left it behind. `request`: what is left carries its own request, so this is no estimate. `dose`: its spread over the cycles is explained by one route's requests and
 * hardly by any other's. `time`: one route's requests were in flight at the moments when things were left. `one of`: several routes may have. `sentence` says all of it.
 */
export type Owner = { readonly sentence: string } & (
  | { readonly kind: 'request'; readonly routes: readonly Share[] }
  | { readonly kind: 'dose' | 'time'; readonly route: string; readonly probability: number }
  | { readonly kind: 'one of'; readonly routes: readonly Share[] }
)

/**
 * From which probability on a route is named alone; below it, as many routes are named as have that probability together, since a wrong name sends somebody to the wrong file.
 * `byChance` applies where nothing but a spread by chance tells: most wrong names in simulated loads came from there.
 */
export type Certainty = { readonly clear: number; readonly byChance: number }

export const usualCertainty: Certainty = { clear: 0.97, byChance: 0.99 }

/** The route that left it. null where nothing was left, where no load was recorded by route, or where it comes with time or from the start and not with requests. */
export function ownerOf(timeline: Timeline, hangs: readonly Hang[], births: readonly Birth[], rate: Rate | null, certainty: Certainty = usualCertainty): Owner | null {
  return byRequest(timeline, hangs) ?? (rate === null || rate.kind === 'per hour' || rate.kind === 'at start-up' ? null : byLoad(timeline, births, certainty))
}

/**
 * By the requests that the things left carry themselves: a CGI process has its request in its environment (RFC 3875). The record of unanswered requests tells the route of each, else
 * the paths of the scenario's routes do.
 */
function byRequest({ unanswered, facts }: Timeline, hangs: readonly Hang[]): Owner | null {
  const urls = hangs.flatMap(({ url }) => (url === null ? [] : [url]))
  if (urls.length === 0) return null
  const routes = new Map(unanswered.map(({ route, url }) => [pathAndQuery(url), route]))
  const patterns = (facts.routes ?? []).map(({ name, path }) => ({ name, is: patternOf(path) }))
  const named = urls.map((url) => routes.get(pathAndQuery(url)) ?? patterns.find(({ is }) => is.test(pathAndQuery(url)))?.name ?? pathOf(url))
  const shares = [...Map.groupBy(named, (route) => route)].map(([route, same]) => ({ route, share: same.length / urls.length })).toSorted(byShare)
  const whole = urls.length === hangs.length ? 'each of them carries its request' : `${urls.length} of ${hangs.length} carry their requests`
  return { kind: 'request', routes: shares, sentence: `${list(shares.map(({ route, share }) => `${route} (${Math.round(share * urls.length)})`))}: ${whole}` }
}

/** A route's path with any number in the places of `{n}`. */
const patternOf = (path: string): RegExp => new RegExp(`^${path.split('{n}').map((part) => RegExp.escape(part)).join('\\d+')}$`)

/**
 * By dose and by time. Each route is weighed by how the things left are spread over the cycles compared with its own requests (`logByDose`), and by the moments at which they were left,
 * where these are known. The two are independent, so their likelihoods multiply. All routes have the same prior weight, and so has the load as a whole. A route without requests in a
 * cycle that left something is out.
 */
function byLoad(timeline: Timeline, births: readonly Birth[], { clear, byChance }: Certainty): Owner | null {
  const { routes } = timeline
  const cycles = cyclesOf(timeline, births)
  const dated = births.filter(({ cycle }) => cycle !== null)
  const names = [...new Set(routes.map(({ route }) => route))]
  if (dated.length === 0 || names.length === 0) return null
  const [leftBy, sentBy] = [Map.groupBy(dated, ({ cycle }) => cycle), Map.groupBy(routes, ({ cycle }) => cycle)]
  const left = cycles.map(({ cycle }) => leftBy.get(cycle)?.length ?? 0)
  const sentTo = (is: (route: string) => boolean): readonly number[] => cycles.map(({ cycle }) => (sentBy.get(cycle) ?? []).reduce((sum, { route, started }) => (is(route) ? sum + started : sum), 0))
  if (names.length === 1) return { kind: 'dose', route: names[0] ?? '', probability: 1, sentence: `${names[0]}: the load has no other route` }

  const times = timesOf(timeline, births)
  const most = sentTo(() => true).reduce((sum, sent) => sum + sent, 0)
  const shares = inShares([...names, null].map((route) => ({ route, log: logByDose({ left, sent: sentTo((one) => route === null || one === route) }, most) + (times?.logOf(route) ?? 0) })))
  if (shares === null) return null
  const likely = (times === null ? shares : divided(shares, times)).toSorted(byShare)
  const [first] = likely
  const ofFirst = sentTo((one) => one === first?.route)
  const each = leftByEach({ left, sent: ofFirst })
  const needed = each === null && times === null ? byChance : clear
  if (first?.route && first.share > needed) {
    const { route, share: probability } = first
    // No model makes anything certain: 100 % would be a promise.
    const sure = `(probability ${percent(Math.min(probability, 0.99))})`
    if (each !== null) return { kind: 'dose', route, probability, sentence: `${route}: ${eachOf(ofFirst.reduce((sum, one) => sum + one, 0))} left ${each === 1 ? 'one' : each} behind ${sure}` }
    if (times !== null) return { kind: 'time', route, probability, sentence: `${route}: ${inFlightWords(times, route, births.length)} ${sure}` }
    return { kind: 'dose', route, probability, sentence: `${route}: its requests over the cycles explain ${count(dated.length, 'survivor')} ${sure}` }
  }
  const among = upTo(needed, likely)
  const named = among.flatMap(({ route, share }) => (route === null ? [] : [{ route, share }]))
  if (named.length === 0 || (named.length === names.length && among.length > named.length && (first?.share ?? 0) < 0.5)) return { kind: 'one of', routes: named, sentence: `any of ${count(names.length, 'route')}: their doses over the cycles do not tell them apart${times === null ? '' : `, nor ${momentsOf(times)}`}` }
  return { kind: 'one of', routes: named, sentence: `one of ${list(named.map(({ route, share }) => `${route} (${percent(share)})`))}, by their doses over the cycles${times === null ? '' : ` and ${momentsOf(times)}`}` }
}

/** Probabilities from likelihoods; null where every one is 0. */
function inShares(hypotheses: readonly { readonly route: string | null; readonly log: number }[]): readonly { readonly route: string | null; readonly share: number }[] | null {
  const total = logSum(hypotheses.map(({ log }) => log))
  return total === Number.NEGATIVE_INFINITY ? null : hypotheses.map(({ route, log }) => ({ route, share: Math.exp(log - total) }))
}

const eachOf = (requests: number): string => (requests === 1 ? 'its one request' : requests === 2 ? 'both of its requests' : `each of its ${thousands(requests)} requests`)

const momentsOf = ({ dated }: Times): string => (dated === 1 ? 'the moment at which one was left' : `the moments at which ${dated} were left`)

/** `all 10 were left while one of its requests was in flight, which is so 2 % of the time`. */
function inFlightWords(times: Times, route: string, left: number): string {
  const { births, share, words } = times.inFlight(route)
  const known = times.dated < left ? ` of ${left} whose moment is known` : ''
  const which = births === times.dated ? (births === 1 ? `the one${known}` : births === 2 && known === '' ? 'both' : `all ${births}${known}`) : `${births} of ${times.dated}${known && ` (${left} in all)`}`
  return `${which} ${births === 1 ? 'was' : 'were'} left ${words}, which is so ${share < 0.01 ? 'less than 1' : Math.round(100 * share)} % of the time`
}

/** Divides what any request of the load may have left among the routes, as the moments tell. */
function divided(shares: readonly { readonly route: string | null; readonly share: number }[], times: Times): readonly { readonly route: string | null; readonly share: number }[] {
  const ofAny = shares.find(({ route }) => route === null)?.share ?? 0
  return shares.flatMap(({ route, share }) => (route === null ? [] : [{ route, share: share + ofAny * times.shareOf(route) }]))
}

/** The likeliest ones that together reach a probability. */
function upTo<T extends { readonly share: number }>(probability: number, likely: readonly T[]): readonly T[] {
  let sum = 0
  return likely.filter(({ share }) => {
    const isNeeded = sum < probability
    sum += share
    return isNeeded
  })
}

const byShare = (a: { readonly share: number }, b: { readonly share: number }): number => b.share - a.share

const percent = (share: number): string => `${Math.floor(share * 100)} %`

const pathAndQuery = (url: string): string => url.replace(/^[a-z]+:\/\/[^/]*/i, '')

const pathOf = (url: string): string => pathAndQuery(url).replace(/[?#].*$/s, '')
