import { claims } from '../testing/claims.ts'
import { type Being, process, session, startOf } from '../testing/timeline-of.ts'
import everySessionIsUsed from './every-session-is-used.ts'

const unused = (pid: number, cycle: number, untilCycle = Number.POSITIVE_INFINITY): Being => session({ pid, fromMs: startOf(cycle) + 200, untilMs: startOf(untilCycle), queryAgeMs: null, query: '' })
const used = (pid: number, cycle: number): Being => session({ pid, fromMs: startOf(cycle) + 300 })
/** A pool that opens a session or two for each load. */
const opened = [0, 1, 3, 4, 5, 6, 7].map((cycle) => used(100 + cycle, cycle))

claims(everySessionIsUsed, [
  ['all used', { beings: opened }, 'pass', /every session at rest had run a query/],
  ['opened ahead of need before the load, and never needed', { beings: [unused(1, 0), unused(2, 0), ...opened] }, 'pass', /as a pool has them/],
  ['opened ahead of need, and renewed: H02', { beings: [...[0, 1, 2, 3, 4, 5, 6, 7].map((cycle) => unused(200 + cycle, cycle, cycle + 1)), ...opened] }, 'pass'],
  ['in a pool whose sessions are no more than at the plateau: younger ones took the place of older', { beings: [used(1, 0), ...[1, 2].map((pid) => session({ pid: 50 + pid, fromMs: startOf(0) + 200, untilMs: startOf(3) })), unused(2, 3), used(3, 5)] }, 'pass'],
  ['the last one opened, which no later load has tried', { beings: [...opened, unused(1, 7)] }, 'pass', /no later load had the time/],
  ['two, of two loads, through several more in which younger ones were opened and used: L14', { beings: [...opened, unused(1, 3), unused(2, 4)] }, 'leak', /^2 sessions never ran a query, 2 more than the pools account for/],
  ['two of one load: a second pool that it opened', { beings: [...opened, unused(1, 3), unused(2, 3)] }, 'warning'],
  ['one alone: a warning', { beings: [...opened, unused(1, 3)] }, 'warning', /^1 session never ran a query, 1 more than the pools account for/],
  ['one through the last load only: a warning', { beings: [...opened, unused(1, 6)] }, 'warning'],
  ['while nobody else opened any: a pool that had enough', { beings: [used(1, 0), used(2, 0), unused(3, 3)] }, 'pass'],
  ['one for every twenty requests, while nobody else opened any: L14 behind a pool that had enough', { beings: [used(1, 0), used(2, 0), ...[3, 5, 5, 6, 6, 6, 6, 7].map((cycle, i) => unused(300 + i, cycle))] }, 'leak', /^8 sessions never ran a query, 8 more than the pools account for: 1 after 20 requests, 2 after 40, 4 after 80, 1 after 20$/],
  ['two, while younger ones were opened and used by who came just before each load', { beings: [used(1, 0), unused(2, 3), unused(3, 4), ...[5, 6, 7].map((cycle) => session({ pid: 400 + cycle, fromMs: startOf(cycle) - 50 }))] }, 'leak', /while younger ones were opened and used$/],
  ['within the pool that is declared', { beings: [process({ pid: 9 }), ...opened, unused(1, 3)], limits: { poolMaxPerProcess: 10 } }, 'pass'],
  ['one for every twenty requests, beyond the pool that is declared', { beings: [process({ pid: 9 }), ...opened, ...[3, 5, 5, 6, 6, 6, 6, 7].map((cycle, i) => unused(300 + i, cycle))], limits: { poolMaxPerProcess: 5 } }, 'leak', /: 1 after 20 requests, 2 after 40, 4 after 80, 1 after 20$/],
])
