import type { Invariant } from '../verdict/verdict.ts'
import type { Timeline } from '../timeline/timeline.ts'
import type { Cell } from './experiment.ts'
import { healthy } from './healthy.ts'
import type { Maker } from './parts.ts'
import { type Leak, leaking, type LeakKind } from './leaks.ts'
import { type Plan, simulate, timelineOf } from './simulate.ts'
import { planOf, toolsOf } from './trial.ts'
import { together, type World } from './world.ts'

/** A threshold of the engine, the values that it could have, and what the engine would say with each of them. */
export type Curve = {
  /** What is counted: `accused by so many looks in a row`. */
  readonly name: string
  readonly inUse: number
  readonly values: readonly number[]
  /** What changes in an application that lets the engine use this value, by what it has or declares. Then each value gets a run of its own, which lasts as long as the engine then looks. */
  readonly world?: (world: World, value: number) => World
  readonly says: (timeline: Timeline, value: number, invariants: readonly Invariant[]) => boolean
}

/** Curves that are drawn from the same simulated runs. */
export type Group = { readonly name: string; readonly curves: readonly Curve[]; readonly cells: readonly GroupCell[] }

type Tools = ReturnType<typeof toolsOf>

/** An application over which the curves of a group are drawn, with its share of the trials and the numbers of requests that its runs may have. */
export type GroupCell = { readonly cell: string; readonly share: number; readonly requests: readonly number[]; readonly make: (tools: Tools, plan: Plan) => World }

/** A look-alike, by the beginning of its name, in runs of any size. */
export const look = (name: string, make: Maker | undefined = Object.entries(healthy).find(([full]) => full.startsWith(name))?.[1]): GroupCell => {
  if (make === undefined) throw new Error(`no look-alike "${name}"`)
  return { cell: `healthy: ${name}`, share: 1 / 100, requests: [60, 160, 800, 8_000], make: ({ random, pids }, plan) => make(random, pids, plan) }
}

/** A leak with ten births expected, and noise around it. */
export const leak = (kind: LeakKind, differs: Partial<Leak> = {}, { cell = kind, requests = 1_000 }: { readonly cell?: string; readonly requests?: number } = {}): GroupCell => ({
  cell: `leaking: ${cell}`,
  share: 1 / 200,
  requests: [requests],
  make: ({ random, pids }, plan) => together([leaking({ kind, cause: 'per request', rate: 1e-2, route: null, heal: 'permanent', ...differs }, random, pids), (healthy['nothing but noise'] as Maker)(random, pids, plan)]),
})

/** The cells of a group. In each trial every value at which a curve says yes is counted. */
export const cellsOf = ({ name, curves, cells }: Group): readonly Cell[] =>
  cells.map(({ cell, share, requests, make }) => ({
    cell: `${name} | ${cell}`,
    share,
    trial: (seed, trial, invariants) => {
      const made = (change: (world: World) => World = (world) => world): Timeline => {
        const tools = toolsOf(seed, trial)
        const plan = planOf(tools, tools.random.pick(requests))
        return timelineOf(simulate(change(make(tools, plan)), plan, tools.random))
      }
      const usual = made()
      return curves.flatMap((curve) => curve.values.filter((value) => curve.says(curve.world === undefined ? usual : made((world) => curve.world?.(world, value) ?? world), value, invariants)).map((value) => countedAs(curve, value)))
    },
  }))

/** Whether the invariant of this name finds a leak. */
export function accuses(invariants: readonly Invariant[], name: string, timeline: Timeline): boolean {
  const rule = invariants.find((one) => one.name === name)
  if (rule === undefined) throw new Error(`no invariant "${name}"`)
  return rule.check(timeline).kind === 'leak'
}

/** The name under which a value of a curve is counted. */
export const countedAs = ({ name }: Pick<Curve, 'name'>, value: number): string => `${name} | ${value}`
