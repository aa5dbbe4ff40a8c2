import { beginFold } from '../timeline/fold.ts'
import { isConfirmed } from '../verdict/confirmed.ts'
import { judge } from '../verdict/judge.ts'
import type { Findings, Invariant } from '../verdict/verdict.ts'
import { randomOf, type Random } from './random.ts'
import { type Plan, simulate } from './simulate.ts'
import type { World } from './world.ts'

/** One simulated run, judged by the engine as it is: after each rest, where a confirmed leak would end a real run, and at its end. */
export function judged(world: World, plan: Plan, random: Random, invariants: readonly Invariant[]): Findings {
  const { facts, entries } = simulate(world, plan, random)
  const fold = beginFold(facts)
  for (const entry of entries) {
    fold.add(entry)
    if (entry.kind !== 'phase' || entry.phase !== 'settle' || entry.edge !== 'end') continue
    const findings = judge(fold.timeline(), invariants)
    if (isConfirmed(findings)) return findings
  }
  return judge(fold.timeline(), invariants)
}

export type Tools = { readonly random: Random; readonly pids: () => number }

/** The random numbers and pids of one trial. */
export function toolsOf(seed: number, trial: number): Tools {
  let last = 1_000
  return { random: randomOf(seed, trial), pids: () => (last += 1) }
}

/** The doses of the measured cycles in shares of one, as every profile has them. */
const shares = [0, 1, 2, 4, 1]

/** A plan with this many measured requests in all, its doses in a random order, for an application of a random speed. In every third plan, as in a nightly run, all measured cycles last equally long. */
export function planOf({ random }: Tools, requests: number): Plan {
  const unit = Math.max(1, Math.round(requests / 8))
  const doses = shares.map((share) => ({ dose: share * unit, at: random.fraction() })).toSorted((a, b) => a.at - b.at).map(({ dose }) => dose)
  const perSecond = Math.max(random.within(5, 60), unit / 5)
  const equal = random.chance(1 / 3)
  return {
    doses,
    warmUp: random.between(12, 40),
    baseline: Math.max(6, Math.ceil(unit / 2)),
    perSecond,
    lastsMs: equal ? Math.min(20_000, (4_000 * unit) / perSecond) : 0,
    routes: { list: 4, page: 3, buy: 2, search: 1 },
  }
}
