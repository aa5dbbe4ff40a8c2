import type { Timeline } from '../timeline/timeline.ts'
import { type Birth, cyclesOf } from './births.ts'
import { timesOf, type Times } from './owner-by-time.ts'
import type { Rate } from './rate.ts'
import type { Hang } from './verdict.ts'
import { count, list } from './words.ts'

/** A route of the load with its share of what was left, or of the probability that it left it. */
export type Share = { readonly route: string; readonly share: number }

/**
 * Which route left it behind. `request`: what is left carries its own request, so this is no estimate. `dose`: one route's requests explain its distribution
 * over the cycles, all others hardly. `time`: its requests were
 * in flight when things were left. `one of`: several could have. `sentence` says it all.
 */
export type Owner = { readonly sentence: string } & (
  | { readonly kind: 'request'; readonly routes: readonly Share[] }
  | { readonly kind: 'dose' | 'time'; readonly route: string; readonly probability: number }
  | { readonly kind: 'one of'; readonly routes: readonly Share[] }
)

/** Named alone from this probability on. */
const clear = 0.95

/** null where nothing was left, where no load was recorded by route, or where it follows time and not requests. */
export function ownerOf(timeline: Timeline, hangs: readonly Hang[], births: readonly Birth[], rate: Rate | null): Owner | null {
  return byRequest(timeline, hangs) ?? (rate === null || rate.kind === 'per hour' || rate.kind === 'at start-up' ? null : byLoad(timeline, births))
}

/** A CGI process carries its request in its environment (RFC 3875), and the load tells of an unanswered request which route it was of. */
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
 * By dose: given how many were left in all, a route that owns them spreads them over the cycles as it spread its requests (multinomial), or, where each of its requests leaves
 * the same number behind, exactly so. Both forms count alike for each route; beside the routes stands the load as a whole. A route without requests in a
 * cycle that left something is out.
 *
 * Doses of routes are no primes: the load keeps its mix in every stretch of it, so that no cycle goes without the one route that leaks, and a small dose has no room for a prime each. What leaks with each
 * request is named all the same, by its exact multiple; what leaks now and then on a route that has the same share everywhere stays one of several by that alone, and
 * is told by the moments at which things were left, where these are known: both count, and as neither follows from the other their likelihoods multiply.
 */
function byLoad(timeline: Timeline, births: readonly Birth[]): Owner | null {
  const { routes } = timeline
  const cycles = cyclesOf(timeline, births)
  const dated = births.filter(({ cycle }) => cycle !== null)
  const names = [...new Set(routes.map(({ route }) => route))]
  if (dated.length === 0 || names.length === 0) return null
  const left = cycles.map(({ cycle }) => dated.filter((birth) => birth.cycle === cycle).length)
  const sentTo = (is: (route: string) => boolean): readonly number[] => cycles.map(({ cycle }) => routes.filter((one) => one.cycle === cycle && is(one.route)).reduce((sum, { started }) => sum + started, 0))
  if (names.length === 1) return { kind: 'dose', route: names[0] ?? '', probability: 1, sentence: `${names[0]}: the load has no other route` }

  const times = timesOf(timeline, births)
  const hypotheses = [...names, null].map((route) => ({ route, log: logWeightOf(left, sentTo((one) => route === null || one === route)) + (times?.logOf(route) ?? 0) }))
  const most = Math.max(...hypotheses.map(({ log }) => log))
  if (most === Number.NEGATIVE_INFINITY) return null
  const total = hypotheses.reduce((sum, { log }) => sum + Math.exp(log - most), 0)
  const shares = hypotheses.map(({ route, log }) => ({ route, share: Math.exp(log - most) / total }))
  const likely = (times === null ? shares : divided(shares, times)).toSorted(byShare)
  const [first] = likely
  if (first?.route && first.share > clear && times !== null) return { kind: 'time', route: first.route, probability: first.share, sentence: `${first.route}: ${inFlightWords(times, first.route, births.length)} (probability ${percent(first.share)})` }
  if (first?.route && first.share > clear) return { kind: 'dose', route: first.route, probability: first.share, sentence: `${first.route}: its requests over the cycles explain ${count(dated.length, 'survivor')} (probability ${percent(first.share)})` }
  const among = upTo(clear, likely)
  const named = among.flatMap(({ route, share }) => (route === null ? [] : [{ route, share }]))
  if (named.length === 0 || (named.length === names.length && among.length > named.length)) return { kind: 'one of', routes: named, sentence: `any of ${count(names.length, 'route')}: each cycle sent them in like shares, so their doses do not tell them apart${times === null ? '' : `, nor ${momentsOf(times)}`}` }
  return { kind: 'one of', routes: named, sentence: `one of ${list(named.map(({ route, share }) => `${route} (${percent(share)})`))}, by their doses over the cycles${times === null ? '' : ` and ${momentsOf(times)}`}` }
}

const momentsOf = ({ dated }: Times): string => (dated === 1 ? 'the moment at which one was left' : `the moments at which ${dated} were left`)

/** `all 10 were left while one of its requests was in flight, which is so 2 % of the time`. */
function inFlightWords(times: Times, route: string, left: number): string {
  const { births, share, words } = times.inFlight(route)
  const known = times.dated < left ? ` of ${left} whose moment is known` : ''
  const which = births === times.dated ? (births === 1 ? `the one${known}` : births === 2 && known === '' ? 'both' : `all ${births}${known}`) : `${births} of ${times.dated}${known && ` (${left} in all)`}`
  return `${which} ${births === 1 ? 'was' : 'were'} left ${words}, which is so ${share < 0.01 ? 'less than 1' : Math.round(100 * share)} % of the time`
}

/** What any request of the load may have left was left by one of them: the moments tell by which route, so far as they do. */
function divided(shares: readonly { readonly route: string | null; readonly share: number }[], times: Times): readonly { readonly route: string | null; readonly share: number }[] {
  const ofAny = shares.find(({ route }) => route === null)?.share ?? 0
  return shares.flatMap(({ route, share }) => (route === null ? [] : [{ route, share: share + ofAny * times.shareOf(route) }]))
}

/** Logarithm of the probability of this spread over the cycles, given its sum: half by chance, half by certainty. */
function logWeightOf(left: readonly number[], sent: readonly number[]): number {
  const all = sent.reduce((sum, requests) => sum + requests, 0)
  const births = left.reduce((sum, one) => sum + one, 0)
  if (all === 0 || left.some((one, i) => one > 0 && sent[i] === 0)) return Number.NEGATIVE_INFINITY
  const log = left.reduce((sum, one, i) => sum + (one === 0 ? 0 : one * Math.log((sent[i] ?? 0) / all) - logFactorial(one)), logFactorial(births))
  const each = births / all
  const isExact = Number.isInteger(each) && each >= 1 && left.every((one, i) => one === each * (sent[i] ?? 0))
  // One behind by each request is likelier than two, where the doses of one route are twice those of another.
  return isExact ? Math.log(Math.exp(log) + 1 / each ** 2) : log
}

/** The likeliest that together reach a probability. */
function upTo<T extends { readonly share: number }>(probability: number, likely: readonly T[]): readonly T[] {
  let sum = 0
  return likely.filter(({ share }) => {
    const isNeeded = sum < probability
    sum += share
    return isNeeded
  })
}

function logFactorial(n: number): number {
  let sum = 0
  for (let k = 2; k <= n; k += 1) sum += Math.log(k)
  return sum
}

const byShare = (a: { readonly share: number }, b: { readonly share: number }): number => b.share - a.share

const percent = (share: number): string => `${Math.floor(share * 100)} %`

const pathAndQuery = (url: string): string => url.replace(/^[a-z]+:\/\/[^/]*/i, '')

const pathOf = (url: string): string => pathAndQuery(url).replace(/[?#].*$/s, '')
