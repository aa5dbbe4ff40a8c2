import type { Timeline } from '../timeline/timeline.ts'
import type { Invariant, Survivor } from '../verdict/verdict.ts'
import { type Curve, type Group, leak, look } from './curve.ts'
import { session } from './beings.ts'
import type { Maker } from './parts.ts'
import type { Inhabitant } from './world.ts'

/** Counts the resting sessions that an invariant names before it accuses. Both invariants ask for sessions of two loads. */
const curveOf = (name: string, rule: string, inUse: number): Curve => ({
  name,
  inUse,
  values: [1, 2, 3, 4, 6],
  says: (timeline, sessions, invariants) => {
    const named = namedBy(timeline, invariants, rule)
    return named.length >= sessions && new Set(named.map(({ bornIn }) => bornIn)).size >= Math.min(2, sessions)
  },
})

export const sessions: Group = {
  name: 'sessions',
  curves: [
    curveOf('named by so many sessions, of two loads, that never ran a query while younger ones did', 'every session is used', 2),
    curveOf('named by so many sessions, of two loads, that rest unused while others are opened', 'no session is forgotten', 3),
  ],
  cells: [...['H01', 'H02', 'H12', 'a pool that opens ahead of need', 'a second pool'].map((name) => look(name)), leak('session that never ran a query'), { ...look('forgotten', forgotten), cell: 'leaking: session that is opened for a request and never used again' }],
}

/** One request in ten leaves such a session, beside a pool whose sessions are closed for being idle. */
function forgotten(...[random, pids, plan]: Parameters<Maker>): ReturnType<Maker> {
  const open = (fromMs: number, untilMs = Number.POSITIVE_INFINITY): Inhabitant => session({ pid: pids(), fromMs, untilMs })
  const rate = Math.min(0.1, 30 / plan.doses.reduce((sum, dose) => sum + dose, 1))
  return {
    cycle: ({ dose, startMs, endMs }) => (dose === 0 ? [] : [open(random.within(startMs, endMs), endMs + random.within(500, 2_500)), ...Array.from({ length: random.poisson(rate * dose) }, () => open(random.within(startMs, endMs)))]),
  }
}

function namedBy(timeline: Timeline, invariants: readonly Invariant[], name: string): readonly Survivor[] {
  const opinion = invariants.find((one) => one.name === name)?.check(timeline)
  return opinion !== undefined && 'survivors' in opinion ? opinion.survivors : []
}
