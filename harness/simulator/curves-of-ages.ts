import { patienceMs, timesLongest } from '../verdict/thresholds.ts'
import { accuses, type Curve, type Group, leak, look } from './curve.ts'
import type { World } from './world.ts'

/** The same application where it declares that a transaction is too old at this age, in milliseconds. */
const waiting = (world: World, ms: number): World => ({ ...world, transactionsEndedMs: ms / timesLongest, limits: { ...world.limits, transactionMs: ms, processLingerMs: ms } })

/** The longest healthy transaction of an application that does not tell it, in milliseconds. */
const usualMs = 200

const isTooOld: Curve['says'] = (timeline, _, invariants) => ['no transaction outlives its request', 'no query runs with nothing in flight'].some((name) => accuses(invariants, name, timeline))

const rarely = { share: 1 / 400 }

/** From which age on a transaction or a query is no longer just slow, in applications that declare that age. */
export const transactions: Group = {
  name: 'ages of transactions',
  curves: [
    { name: 'accused by a transaction, or a query, of so many milliseconds', inUse: patienceMs, values: [250, 500, 1_000, 2_000, 5_000, 10_000], world: waiting, says: isTooOld },
    { name: 'accused by so many times the longest healthy transaction', inUse: timesLongest, values: [1, 2, 5, 10, 20], world: (world, times) => waiting(world, times * (world.transactionsEndedMs ?? usualMs)), says: isTooOld },
  ],
  cells: [...['H09', 'H11', 'a long page', 'pooled sessions that are used'].map((name) => ({ ...look(name), ...rarely })), ...(['transaction in a pooled session', 'query that waits'] as const).map((kind) => ({ ...leak(kind), ...rarely }))],
}

/** How long the process of a request may outlive the load. */
export const processes: Group = {
  name: 'ages of processes',
  curves: [{ name: 'accused by a request’s process that outlives the load by so many milliseconds', inUse: patienceMs, values: [250, 500, 1_000, 2_000, 5_000, 10_000], world: waiting, says: (timeline, _, invariants) => accuses(invariants, 'no request process outlives its request', timeline) }],
  cells: [{ ...look('children that are reaped'), ...rarely }, { ...leak('hung request'), ...rarely }],
}
