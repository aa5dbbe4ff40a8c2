import type { Timeline } from '../timeline/timeline.ts'
import { birthsOf } from '../verdict/births.ts'
import { driftMargins, driftsOf } from '../verdict/drift.ts'
import { judge } from '../verdict/judge.ts'
import { ownerOf, usualCertainty } from '../verdict/owner/owner.ts'
import { type Cause, rateOf, rateRule } from '../verdict/rate.ts'
import type { Invariant } from '../verdict/verdict.ts'
import { openTransaction } from './beings.ts'
import { type Curve, type Group, type GroupCell, leak, look } from './curve.ts'
import { healthy } from './healthy.ts'
import type { Maker } from './parts.ts'
import { type Inhabitant, together } from './world.ts'

const certainties = [0.5, 0.8, 0.9, 0.95, 0.97, 0.99, 0.999]

/** The route that leaks in these runs. Their loads have three more. */
const culprit = 'buy'

const named = (timeline: Timeline, certainty: number, invariants: readonly Invariant[]): string | null => {
  const { hangs, births, rate } = leftIn(timeline, invariants)
  const owner = ownerOf(timeline, hangs, births, rate, { clear: certainty, byChance: certainty })
  return owner !== null && 'route' in owner ? owner.route : null
}

/** From which probability on a route is named alone. In simulated loads the moments of requests are not known: only a spread by chance tells. */
export const owners: Group = {
  name: 'owners',
  curves: [
    { name: 'the right route named from this probability on', inUse: usualCertainty.byChance, values: certainties, says: (timeline, certainty, invariants) => named(timeline, certainty, invariants) === culprit },
    { name: 'a wrong route named from this probability on', inUse: usualCertainty.byChance, values: certainties, says: (timeline, certainty, invariants) => ![culprit, null].includes(named(timeline, certainty, invariants)) },
  ],
  cells: ([0.1, 0.3, 0.9] as const).map((rate) => leak('transaction in a pooled session', { route: culprit, rate }, { cell: `${rate} of the requests of one route in four`, requests: 800 })),
}

const causes: readonly (readonly [Cause, GroupCell])[] = [
  ['per request', leak('transaction in a pooled session', {}, { cell: 'by the request' })],
  ['per hour', leak('transaction in a pooled session', { cause: 'per hour', rate: 300 }, { cell: 'by the hour' })],
  ['at start-up', leak('transaction in a pooled session', { cause: 'at start-up', rate: 8 }, { cell: 'at start-up' })],
]

const clearness = [2, 5, 10, 20, 100]

const causeCurve = (name: string, isSo: (said: string, cause: Cause) => boolean): readonly Curve[] =>
  causes.map(([cause]) => ({
    name: `${name}: ${cause}`,
    inUse: rateRule.clearly,
    values: clearness,
    says: (timeline, clearly, invariants) => {
      const rate = rateOf(timeline, leftIn(timeline, invariants).births, { ...rateRule, clearly })
      return rate !== null && isSo(rate.kind, cause)
    },
  }))

/** What the number left behind grows with, where things are left by chance. */
export const rates: readonly Group[] = causes.map(([cause, cell], i) => ({
  name: `causes ${cause}`,
  curves: [causeCurve('the right cause told where others explain it so many times worse', (said, of) => said === of)[i] as Curve, causeCurve('a wrong cause told where others explain it so many times worse', (said, of) => said !== of && said !== 'undecided' && said !== 'mixed')[i] as Curve],
  cells: [cell],
}))

const significances = [0.1, 0.05, 0.01, 0.001]

/** Births one by one, and nine at a time. */
export const dispersion: Group = {
  name: 'dispersion',
  curves: [{ name: 'cycles said to differ by more than chance, if that is as probable as this', inUse: rateRule.improbable, values: significances, says: (timeline, improbable, invariants) => rateOf(timeline, leftIn(timeline, invariants).births, { ...rateRule, improbable })?.law === 'negative binomial' }],
  cells: [leak('transaction in a pooled session', {}, { cell: 'one by one' }), { ...leak('transaction in a pooled session'), cell: 'leaking: nine of one cycle together', make: ({ random, pids }, plan) => bursts(random, pids, plan) }],
}

/** What is said of a counter without identities. Memory is told and never judged. */
export const drifts: Group = {
  name: 'drifts',
  curves: [{ name: 'memory said to rise with the load, where the criterion differs by so much', inUse: driftMargins.line, values: [0, 1, 2, 4, 6, 10], says: (timeline, line) => driftsOf(timeline, { ...driftMargins, line }).some(({ kind }) => kind === 'rises with the load') }],
  cells: [...['H08', 'H10', 'nothing but noise'].map((name) => look(name)), { ...look('memory', growing), cell: 'leaking: memory, ten times its noise in a run' }],
}

function growing(...[random, pids, plan]: Parameters<Maker>): ReturnType<Maker> {
  const all = 2 * plan.warmUp + 3 * plan.baseline + plan.doses.reduce((sum, dose) => sum + dose, 0)
  const noise = (healthy['nothing but noise'] as Maker)(random, pids, plan)
  let requests = 0
  return {
    ...noise,
    cycle: ({ dose }) => {
      requests += dose
      return []
    },
    counters: (atMs) => {
      const seen = noise.counters?.(atMs) ?? {}
      return { ...seen, 'app.rss-bytes': (seen['app.rss-bytes'] ?? 0) + (20e6 * requests) / all }
    },
  }
}

/** One or two cycles leave nine things each, spread over their load. */
function bursts(...[random, pids, plan]: Parameters<Maker>): ReturnType<Maker> {
  const during = new Set([random.between(2, 8), random.between(2, 8)])
  const make = healthy['nothing but noise'] as Maker
  return together([{ cycle: ({ cycle, dose, startMs, endMs }) => (dose > 0 && during.has(cycle) ? Array.from({ length: 9 }, () => stuck(pids(), random.within(startMs, endMs))) : []) }, make(random, pids, plan)])
}

const stuck = (pid: number, fromMs: number): Inhabitant => openTransaction({ pid, fromMs, relationLocks: 1, holdsXmin: true })

/** What the judge lists of a run, and its rate. Judged once for each timeline, as every value of every curve asks for it. */
function leftIn(timeline: Timeline, invariants: readonly Invariant[]): { readonly hangs: ReturnType<typeof judge>['hangs']; readonly births: ReturnType<typeof birthsOf>; readonly rate: ReturnType<typeof judge>['rate'] } {
  const known = judged.get(timeline)
  if (known !== undefined) return known
  const { hangs, findings, rate } = judge(timeline, invariants)
  const left = { hangs, births: birthsOf(timeline, hangs, findings.filter(({ kind }) => kind === 'leak')), rate }
  judged.set(timeline, left)
  return left
}
const judged = new WeakMap<Timeline, ReturnType<typeof leftIn>>()
