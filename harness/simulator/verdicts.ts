import type { Cause } from '../verdict/rate.ts'
import { judge } from '../verdict/judge.ts'
import { type Cell, type Experiment, odd } from './experiment.ts'
import { broken } from './broken.ts'
import { healthy } from './healthy.ts'
import type { Maker } from './parts.ts'
import { type Leak, leaking, leakKinds } from './leaks.ts'
import { simulate, timelineOf } from './simulate.ts'
import { judged, planOf, toolsOf } from './trial.ts'
import { together } from './world.ts'

/** Measured requests of a run: from a small gate to a nightly. */
const sizes = [60, 160, 800, 8_000]

const cleanTrial = (make: Maker): Cell['trial'] => (seed, trial, invariants) => {
  const tools = toolsOf(seed, trial)
  const plan = planOf(tools, tools.random.pick(sizes))
  const { verdict } = judged(make(tools.random, tools.pids, plan), plan, tools.random, invariants)
  return [verdict === 'pass' ? verdict : odd(verdict)]
}

/** Three look-alikes in one application. */
const mixed: Maker = (random, pids, plan) => {
  const names = Object.keys(healthy).toSorted(() => random.fraction() - 0.5).slice(0, 3)
  return together(names.map((name) => (healthy[name] as Maker)(random, pids, plan)))
}

const looksAlike: readonly (readonly [string, Maker])[] = [...Object.entries(healthy), ['any three of them together', mixed]]

/** Healthy applications: anything but a pass is a false alarm, or a run lost. */
export const clean: Experiment = { name: 'clean', cells: looksAlike.map(([cell, make]) => ({ cell, share: 1 / looksAlike.length, trial: cleanTrial(make) })) }

/** Runs that could not see, or that nobody can judge. */
export const blind: Experiment = {
  name: 'blind',
  cells: Object.entries(broken).map(([cell, make]) => ({
    cell,
    share: 1 / 100,
    trial: (seed, trial, invariants) => {
      const tools = toolsOf(seed, trial)
      const plan = planOf(tools, tools.random.pick(sizes))
      const { verdict } = judged(make(tools.random, tools.pids, plan), plan, tools.random, invariants)
      return [verdict === 'inconclusive' ? verdict : odd(verdict)]
    },
  })),
}

type Setting = { readonly cause: Cause; readonly rate: number; readonly requests: number; readonly route: string | null; readonly heal: Leak['heal'] }

/** Rates and loads. Where leaks come by chance and by the request, the first three expect ten births, the rarest five. */
const settings: readonly Setting[] = [
  { cause: 'per request', rate: 1, requests: 80, route: 'buy', heal: 'permanent' },
  { cause: 'per request', rate: 1e-2, requests: 1_000, route: null, heal: 'permanent' },
  { cause: 'per request', rate: 1e-3, requests: 10_000, route: null, heal: 'permanent' },
  { cause: 'per request', rate: 1e-4, requests: 50_000, route: null, heal: 'permanent' },
  { cause: 'per hour', rate: 300, requests: 160, route: null, heal: 'permanent' },
  { cause: 'at start-up', rate: 2, requests: 160, route: null, heal: 'permanent' },
  { cause: 'per request', rate: 1e-2, requests: 1_000, route: null, heal: 'on nudge' },
  { cause: 'per request', rate: 1e-2, requests: 1_000, route: null, heal: 'at collection' },
  { cause: 'per request', rate: 1e-2, requests: 1_000, route: null, heal: 'by time-out' },
]

const nameOf = ({ kind, cause, rate, heal }: Pick<Leak, 'kind' | 'cause' | 'rate' | 'heal'>): string => `${kind}, ${rate} ${cause}${heal === 'permanent' ? '' : `, healed ${heal}`}`

/** Leaking applications, each in the company of a healthy look-alike. */
export const recall: Experiment = {
  name: 'recall',
  // Not a leak: a pool that rolls back when it hands a session out is healthy.
  cells: leakKinds.flatMap((kind) => settings.filter(({ heal }) => !(kind === 'aborted transaction in a pooled session' && heal === 'on nudge')).map((setting) => ({ cell: nameOf({ kind, ...setting }), share: 1 / 500, trial: recallTrial({ kind, ...setting }) }))),
}

function recallTrial({ requests, ...leak }: Leak & Setting): Cell['trial'] {
  return (seed, trial, invariants) => {
    const tools = toolsOf(seed, trial)
    const plan = planOf(tools, requests)
    const world = leaking(leak, tools.random, tools.pids)
    // It has random numbers of its own, so that it does not change the leak.
    const company = toolsOf(seed + 1, trial)
    const [, make] = company.random.pick(Object.entries(healthy).filter(([name]) => !name.startsWith('a long page')))
    const pids = (() => {
      let last = 50_000
      return () => (last += 1)
    })()
    const timeline = timelineOf(simulate(together([world, make(company.random, pids, plan)]), plan, tools.random))
    const { verdict, rate, owner, heal, findings } = judge(timeline, invariants)
    const lastLoadMs = timeline.doses.at(-1)?.atMs ?? 0
    if (!world.bornAtMs.some((atMs) => atMs <= lastLoadMs)) return ['nothing was left']
    const isTold = verdict === 'pass' && findings.some(({ kind, invariant }) => kind === 'warning' && invariant.endsWith('grow with the dose'))
    if (verdict !== 'leak') return [odd(verdict), ...(isTold ? ['told'] : [])]
    return [
      verdict,
      ...(rate === null ? [] : [`rate ${rate.kind}`]),
      ...(rate !== null && 'perRequest' in rate && leak.cause === 'per request' && leak.rate < 1 ? [leak.rate >= rate.perRequest.lower && leak.rate <= rate.perRequest.upper ? 'rate covered' : 'rate missed'] : []),
      ...(leak.route === null || owner === null ? [] : [owner.kind === 'dose' || owner.kind === 'time' ? (owner.route === leak.route ? 'owner named' : odd('owner wrong')) : `owner ${owner.kind}`]),
      heal === leak.heal ? 'heal told' : `heal ${heal}`,
    ]
  }
}
