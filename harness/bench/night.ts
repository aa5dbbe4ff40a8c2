import { epochOf } from '../simulator/beings.ts'
import { healthy } from '../simulator/healthy.ts'
import type { Maker } from '../simulator/parts.ts'
import { type Leak, leaking } from '../simulator/leaks.ts'
import type { Random } from '../simulator/random.ts'
import { type Plan, simulate, type Simulated } from '../simulator/simulate.ts'
import { toolsOf } from '../simulator/trial.ts'
import { together } from '../simulator/world.ts'
import type { Entry, Happening, LoadSecond } from '../timeline/entry.ts'

/** Nights that differ in what they leave behind, and how long a cycle loads: what is left is waited for, and all of them last eight hours. */
export const nights: readonly { readonly name: string; readonly leak: Leak | null; readonly loadMs: number }[] = [
  { name: 'clean', leak: null, loadMs: 15_500 },
  { name: 'a leak in a hundred cycles', leak: { kind: 'transaction in a pooled session', cause: 'per request', rate: 2e-5, route: null, heal: 'permanent' }, loadMs: 9_500 },
  { name: 'thousands left, each for a minute', leak: { kind: 'zombie', cause: 'per request', rate: 5e-3, route: null, heal: 'by time-out' }, loadMs: 9_500 },
]

const cycles = 1_600
const unit = 300

/** Shares of the doses in each round, as every profile has them. */
const shares = [0, 1, 2, 4, 1]

/** The recording of a night: the simulator's, with the five beats a second, the seconds of load and the times of requests that its trials do without. */
export function nightOf({ leak, loadMs }: (typeof nights)[number], seed: number): Simulated {
  const { random, pids } = toolsOf(seed, 0)
  const plan: Plan = {
    doses: Array.from({ length: cycles }, (_, nth) => unit * (shares[nth % shares.length] ?? 0)),
    warmUp: 24,
    baseline: unit / 2,
    perSecond: (1_000 * unit * Math.max(...shares)) / loadMs,
    lastsMs: loadMs,
    routes: { list: 4, page: 3, buy: 2, search: 1 },
  }
  const company = ['nothing but noise', 'H02 a pool that renews its sessions by age'].map((name) => (healthy[name] as Maker)(random, pids, plan))
  const { facts, entries } = simulate(together([...company, ...(leak === null ? [] : [leaking(leak, random, pids)])]), plan, random)
  const happenings: Timed[] = [...beatsUntil(entries.at(-1)?.atMs ?? 0, random)]
  let fromMs = 0
  for (const entry of entries) {
    if (entry.kind === 'phase' && entry.edge === 'start') fromMs = entry.atMs
    if (entry.kind === 'load') happenings.push(...secondsOf(entry, fromMs, random))
    else if (entry.kind !== 'beat') happenings.push(entry)
  }
  return { facts, entries: happenings.sort((a, b) => a.atMs - b.atMs).map((happening, n): Entry => ({ ...happening, n })) }
}

type Timed = Happening & { readonly atMs: number }

/** The load of a cycle on one route, second by second, and when its requests were in flight. */
function secondsOf(load: LoadSecond & { readonly atMs: number }, fromMs: number, random: Random): readonly Timed[] {
  const seconds = Math.ceil((load.atMs - fromMs) / 1_000)
  const startedBy = (second: number): number => Math.floor((load.started * second) / seconds)
  const told = Array.from({ length: seconds }, (_, second): Timed => {
    const started = startedBy(second + 1) - startedBy(second)
    return { ...load, started, counted: started, p50Ms: tenths(random.within(15, 30)), p99Ms: tenths(random.within(60, 90)), maxMs: tenths(random.within(90, 200)), atMs: load.atMs - 1_000 * (seconds - 1 - second) }
  })
  const spans = Array.from({ length: load.started }, () => [tenths(random.exponential((load.atMs - fromMs) / load.started)), tenths(5 + random.exponential(20))]).flat()
  return [...told, { kind: 'requests', cycle: load.cycle, route: load.route, fromMs: epochOf(fromMs), spans, complete: true, atMs: load.atMs }]
}

/** Five a second, each with those of the counters of a server under load that have changed since the one before, as the sampler writes them. */
function* beatsUntil(endMs: number, random: Random): Generator<Timed> {
  let [cpuMs, started] = [0, 0]
  let before: Readonly<Record<string, number>> = {}
  for (let atMs = 400; atMs < endMs; atMs += random.within(190, 215)) {
    cpuMs += random.between(0, 12) * 10
    started += random.between(0, 20)
    const now: Readonly<Record<string, number>> = { 'pg.transactions-ended': started, 'pg.transactions-ended-p999-ms': 90, 'pg.active': random.between(0, 3), 'app.cpu-ms': cpuMs, 'app.rss-bytes': 4_096 * random.between(18_000, 24_000), 'load.started': started }
    const counters = Object.fromEntries(Object.entries(now).filter(([name, value]) => value !== before[name]))
    before = now
    yield { kind: 'beat', counters, atMs: tenths(atMs) }
  }
}

const tenths = (value: number): number => Math.round(value * 10) / 10
