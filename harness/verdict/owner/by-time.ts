import type { Flights, Timeline } from '../../timeline/timeline.ts'
import type { Birth } from '../births.ts'
import { cycleAtEpoch } from '../cycle-at.ts'
import type { Moment } from '../moments.ts'
import { logSum } from './by-dose.ts'
import { remembered } from '../remembered.ts'

/** What the moments at which things were left say about the routes. */
export type Times = {
  /** How many were left at a known moment during a load whose requests were recorded. */
  readonly dated: number
  /** Logarithm of their likelihood if a request of this route left each of them; null stands for any request of the load. */
  readonly logOf: (route: string | null) => number
  /** If any request of the load left each of them: the share that requests of this route left. */
  readonly shareOf: (route: string) => number
  /** How many were left while a request of this route was in flight, and how much of the time one was. */
  readonly inFlight: (route: string) => InFlight
}

/** By the form that fits best, in its words. `share`: of the time of the loads in which something was left. */
export type InFlight = { readonly births: number; readonly share: number; readonly words: string }

/** The share of things that seem to be left at moments without relation to their request: a single one of these must not decide. */
const odd = 0.02

/**
 * When in the course of its request a thing may be left: at any moment of it; nearly always soon after its start, as by requests that go on for long; half of the time within 20 ms of
 * its start or of its end (whichever the moment is nearer to: `Moment.of`); or, where the server goes on after the client has its answer or has gone, a while later too. Which of these
 * holds is not known beforehand: each has its weight, and one form holds for all that is left.
 */
const forms: readonly Form[] = [
  { weight: 0.35, within: 1, window: (startMs, endMs) => [startMs, endMs], words: 'while one of its requests was in flight' },
  { weight: 0.1, within: 0.9, window: (startMs, endMs) => [startMs, Math.min(endMs, startMs + 20)], words: 'within 20 ms of the beginning of one of its requests' },
  { weight: 0.2, within: 0.5, window: (startMs, endMs, of) => (of === 'start' ? [startMs, Math.min(endMs, startMs + 20)] : [Math.max(startMs, endMs - 20), endMs]), words: 'within 20 ms of the beginning or the end of one of its requests' },
  { weight: 0.15, within: 1, window: (startMs, endMs) => [startMs, endMs + 100], words: 'while one of its requests was in flight or had ended within 0.1 s' },
  { weight: 0.15, within: 1, window: (startMs, endMs) => [startMs, endMs + 1_000], words: 'while one of its requests was in flight or had ended within 1.0 s' },
]

/**
 * The prior weight of yet another form: the moments have nothing to do with the requests, as where something else in the application comes by its own clock and finds what requests have
 * left. That is as likely for each route, so that none is named by chance alone.
 */
const unrelated = 0.05

/** `within`: this share of what is left falls into the window, the rest at any moment of the request. */
type Form = { readonly weight: number; readonly within: number; readonly window: (startMs: number, endMs: number, of: Moment['of']) => readonly [fromMs: number, toMs: number]; readonly words: string }

/** A night may leave tens of thousands; the first thousand say as much. */
const mostDated = 1_000

/**
 * Weighs the routes by time. If requests of a route leave something, each is as likely to as any other, at any moment of its span (widened by what the clocks may differ) as likely as
 * at any other, or nearly so (`forms`). So p(t | route) = 1/n * sum over its n requests of [t in span] / length of span; births multiply, and those of a burst count as one. What lies
 * outside of every request, as where clocks differ, is equally odd for each route and says nothing. If the requests of a route are not all recorded, the unrecorded ones count as spread
 * evenly over the rest of the load.
 *
 * null where nothing was left at a known moment, or where it is not recorded when requests were in flight.
 */
export function timesOf(timeline: Timeline, births: readonly Birth[]): Times | null {
  if (births.every(({ moment }) => moment === undefined)) return null
  const loads = loadsOf(timeline)
  const all = births.flatMap(({ moment }) => {
    const load = moment === undefined ? undefined : loads.get(cycleAtEpoch(timeline, moment.epochMs) ?? -1)
    return moment === undefined || load === undefined ? [] : [{ moment, load }]
  })
  const dated = all.toSorted((a, b) => a.moment.epochMs - b.moment.epochMs).slice(0, mostDated)
  if (dated.length === 0) return null

  const weights = weightsOf(dated)
  const densities = dated.map(({ moment, load }, i) => ({ load, of: densitiesAt(load, moment), weight: weights[i] ?? 1 }))
  const logBy = (density: (at: (typeof densities)[number], form: number) => number): readonly number[] =>
    forms.map(({ weight }, form) => densities.reduce((sum, at) => sum + at.weight * Math.log((1 - odd) * density(at, form) + odd / at.load.lastedMs), Math.log(weight)))
  const ofRoute = ({ of }: (typeof densities)[number], route: string, form: number): number => of.get(route)?.[form] ?? 0
  const ofAny = ({ load, of }: (typeof densities)[number], form: number): number => [...of].reduce((sum, [route, by]) => sum + ((load.routes.get(route)?.sent ?? 0) / load.sent) * (by[form] ?? 0), 0)
  const saysNothing = Math.log(unrelated) + densities.reduce((sum, { load, weight }) => sum - weight * Math.log(load.lastedMs), 0)
  const logsOf = (route: string | null): readonly number[] => logBy((at, form) => (route === null ? ofAny(at, form) : ofRoute(at, route, form)))
  const likeliest = (logs: readonly number[]): number => logs.indexOf(Math.max(...logs))
  return {
    dated: dated.length,
    logOf: (route) => logSum([...logsOf(route), saysNothing]),
    shareOf: (route) => {
      const form = likeliest(logsOf(null))
      const withOdd = (density: number, { load }: (typeof densities)[number]): number => (1 - odd) * density + odd / load.lastedMs
      return densities.reduce((sum, at) => sum + (((at.load.routes.get(route)?.sent ?? 0) / at.load.sent) * withOdd(ofRoute(at, route, form), at)) / withOdd(ofAny(at, form), at), 0) / densities.length
    },
    inFlight: (route) => {
      const { window, words } = forms[likeliest(logsOf(route))] as Form
      const shares = dated.map(({ moment, load }) => shareOf(load.routes.get(route), load, moment, window))
      const isWhole = dated.every(({ load }) => load.routes.get(route)?.flights.complete ?? true)
      return {
        births: dated.filter(({ moment, load }) => isInFlight(load.routes.get(route)?.flights, moment, window)).length,
        share: shares.reduce((sum, share) => sum + share, 0) / shares.length,
        words: isWhole ? words : `${words} (as far as these are recorded)`,
      }
    },
  }
}

/** The requests of one cycle. */
type Load = { readonly lastedMs: number; readonly endMs: number; readonly sent: number; readonly routes: ReadonlyMap<string, Sent> }
/** `knownUntilMs`: from there on some requests are not recorded. */
type Sent = { readonly flights: Flights; readonly sent: number; readonly knownUntilMs: number }

const loadsOf = remembered(({ flights, routes, doses, facts }: Timeline): ReadonlyMap<number, Load> => {
  const started = new Map(routes.map((one) => [`${one.cycle} ${one.route}`, one.started]))
  return new Map(
    [...Map.groupBy(flights, ({ cycle }) => cycle)].map(([cycle, ofCycle]) => {
      const sent = new Map(ofCycle.map((one): [string, Sent] => [
        one.route,
        { flights: one, sent: Math.max(one.startsMs.length, started.get(`${cycle} ${one.route}`) ?? 0), knownUntilMs: one.complete ? Number.POSITIVE_INFINITY : (one.startsMs.at(-1) ?? 0) },
      ]))
      const doseAtMs = Date.parse(facts.startedAt) + (doses.find((dose) => dose.cycle === cycle)?.atMs ?? Number.NEGATIVE_INFINITY)
      const startMs = Math.min(...ofCycle.map(({ startsMs }) => startsMs[0] ?? Number.POSITIVE_INFINITY))
      const lastEndMs = ofCycle.reduce((most, { endsMs }) => endsMs.reduce((end, one) => Math.max(end, one), most), startMs)
      const endMs = ofCycle.every(({ complete }) => complete) ? lastEndMs : Math.max(lastEndMs, doseAtMs)
      return [cycle, { lastedMs: Math.max(1, endMs - startMs), endMs, sent: [...sent.values()].reduce((sum, one) => sum + one.sent, 0), routes: sent }]
    }),
  )
})

/** The weight of each birth. Requests that waited for one another leave things at the same moment, which say only once what they say: those of a burst share the weight of one. */
function weightsOf(dated: readonly { readonly moment: Moment; readonly load: Load }[]): readonly number[] {
  const inLoad = Map.groupBy(dated, ({ load }) => load)
  const bursts = dated.map(() => 0)
  for (let i = 1; i < dated.length; i += 1) {
    const [before, { moment, load }] = [dated[i - 1] as (typeof dated)[number], dated[i] as (typeof dated)[number]]
    // Births by chance lie closer than a fifth of their mean distance only once in five or six.
    const closeMs = Math.min(mostOfBurstMs, load.lastedMs / (5 * (inLoad.get(load)?.length ?? 1)))
    bursts[i] = (bursts[i - 1] ?? 0) + (before.load === load && moment.epochMs - before.moment.epochMs <= closeMs ? 0 : 1)
  }
  const sizes = Map.groupBy(bursts, (burst) => burst)
  return bursts.map((burst) => 1 / (sizes.get(burst)?.length ?? 1))
}

const mostOfBurstMs = 50

/** The density of births at a moment, per millisecond, by route and form. */
function densitiesAt(load: Load, { epochMs, withinMs, of }: Moment): ReadonlyMap<string, readonly number[]> {
  return new Map(
    [...load.routes].map(([route, { flights: { startsMs, endsMs }, sent, knownUntilMs }]) => {
      const sums = forms.map(() => 0)
      for (let i = 0; i < startsMs.length; i += 1) {
        const [startMs, endMs] = [startsMs[i] ?? 0, endsMs[i] ?? 0]
        if (startMs - withinMs > epochMs) break
        if (endMs + withinMs + longestMs < epochMs) continue
        const evenly = evenlyIn(startMs - withinMs, endMs + withinMs, epochMs)
        for (let form = 0; form < forms.length; form += 1) {
          const { within, window } = forms[form] as Form
          const [fromMs, toMs] = window(startMs, endMs, of)
          const inWindow = evenlyIn(fromMs - withinMs, toMs + withinMs, epochMs)
          sums[form] = (sums[form] ?? 0) + within * inWindow + (1 - within) * evenly
        }
      }
      const unknown = epochMs > knownUntilMs && epochMs <= load.endMs ? (sent - startsMs.length) / Math.max(1, load.endMs - knownUntilMs) : 0
      return [route, sums.map((sum) => (sum + unknown) / sent)]
    }),
  )
}

const evenlyIn = (fromMs: number, toMs: number, atMs: number): number => (fromMs <= atMs && atMs <= toMs ? 1 / (toMs - fromMs) : 0)

const longestMs = Math.max(...forms.map(({ window }) => window(0, 0, 'end')[1]))

function isInFlight(flights: Flights | undefined, { epochMs, withinMs, of }: Moment, window: Form['window']): boolean {
  return (
    flights?.startsMs.some((startMs, i) => {
      const [fromMs, toMs] = window(startMs, flights.endsMs[i] ?? 0, of)
      return fromMs - withinMs <= epochMs && epochMs <= toMs + withinMs
    }) ?? false
  )
}

/** The share of a load's time in which a request of this route was in flight, as far as requests are recorded. */
function shareOf(sent: Sent | undefined, load: Load, { withinMs, of }: Moment, window: Form['window']): number {
  if (sent === undefined) return 0
  const { startsMs, endsMs } = sent.flights
  let coveredMs = 0
  let untilMs = Number.NEGATIVE_INFINITY
  for (const [fromMs, lastMs] of [...startsMs].map((startMs, i) => window(startMs, endsMs[i] ?? 0, of)).toSorted((a, b) => a[0] - b[0])) {
    const toMs = Math.min(lastMs + withinMs, load.endMs)
    coveredMs += Math.max(0, toMs - Math.max(fromMs - withinMs, untilMs))
    untilMs = Math.max(untilMs, toMs)
  }
  const knownMs = Math.min(sent.knownUntilMs, load.endMs) - (load.endMs - load.lastedMs)
  return Math.min(1, coveredMs / Math.max(1, knownMs))
}
