import { claims } from '../testing/claims.ts'
import { type Being, loadEndOf, process, session, startOf } from '../testing/timeline-of.ts'
import noSessionIsForgotten from './no-session-is-forgotten.ts'

/** Opened by the load of a cycle and never used after it. */
const forgotten = (pid: number, cycle: number): Being => session({ pid, fromMs: startOf(cycle) + 300, query: 'LISTEN orders' })
/** Opened by the load of a cycle and closed for being idle before the next. */
const passing = (pid: number, cycle: number): Being => session({ pid, fromMs: startOf(cycle) + 200, untilMs: startOf(cycle + 1) })
/** Used by every load. */
const pooled = (pid: number, cycle: number): Being => (moment) => session({ pid, fromMs: startOf(cycle) + 100, usedAtMs: loadEndOf(Math.max(cycle, moment.cycle ?? 8)) - 500 })(moment)
const cycles = [0, 1, 2, 3, 4, 5, 6, 7]
const app = process({ pid: 9 })
const pool = cycles.map((cycle) => passing(100 + cycle, cycle))
const limits = { poolMaxPerProcess: 2 }
const lost = [forgotten(1, 3), forgotten(2, 5), forgotten(3, 5), forgotten(4, 6)]

claims(noSessionIsForgotten, [
  ['a pool whose sessions are closed for being idle', { beings: [app, ...pool], limits }, 'pass'],
  ['a pool whose sessions are used by every load, and grow in number', { beings: [app, pooled(1, 0), pooled(2, 3), pooled(3, 5), pooled(4, 6)], limits }, 'pass'],
  ['one for some requests of each load, hidden in the count by those that are closed: L24', { beings: [app, ...pool, ...lost], limits }, 'leak', /^4 sessions rested unused since the 3 loads that opened them, while later loads opened others$/],
  ['the same, in number beyond the pool only until others are closed for being idle', { beings: [app, ...[0, 1, 2, 3, 4, 5].map((cycle) => passing(100 + cycle, cycle)), session({ pid: 107, fromMs: startOf(6) + 400, untilMs: startOf(7) }), ...lost], limits: { poolMaxPerProcess: 4 } }, 'leak', /^3 sessions rested/],
  ['the same within the pool that is declared: it may renew its sessions ahead of need', { beings: [app, ...pool, ...lost], limits: { poolMaxPerProcess: 8 } }, 'warning'],
  ['the same, and no pool is declared', { beings: [app, ...pool, ...lost] }, 'warning'],
  ['two of them: a second pool that one busy moment has opened', { beings: [app, ...pool, forgotten(1, 3), forgotten(2, 5)], limits: { poolMaxPerProcess: 1 } }, 'warning'],
  ['all of one load', { beings: [app, ...pool, forgotten(1, 3), forgotten(2, 3), forgotten(3, 3), forgotten(4, 3)], limits }, 'warning'],
  ['those of the last load, which nobody has had the time to use', { beings: [app, ...pool, ...[1, 2, 3, 4].map((pid) => forgotten(pid, 7))], limits }, 'pass'],
  ['while nothing else is opened: nobody has passed them over', { beings: [app, forgotten(1, 3), forgotten(2, 3), forgotten(3, 3)], limits }, 'pass'],
  ['while only another process opens sessions', { beings: [process({ pid: 8, databasePorts: [40_001, 40_002, 40_003] }), process({ pid: 9, databasePorts: cycles.map((cycle) => 40_100 + cycle) }), ...pool, forgotten(1, 3), forgotten(2, 3), forgotten(3, 3)], limits: { poolMaxPerProcess: 1 } }, 'pass'],
])
