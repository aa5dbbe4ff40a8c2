import { expect, test } from 'vitest'
import { type Claim, claims } from '../testing/claims.ts'
import { type Being, cycleMs, firstMeasured, loadEndOf, process, type Run, session, startOf, timelineOf } from '../testing/timeline-of.ts'
import type { Timeline } from '../timeline/timeline.ts'
import descriptorsDoNotGrow from './descriptors-do-not-grow-with-the-dose.ts'
import noWorkerIsLost from './no-worker-is-lost.ts'
import processesDoNotGrow from './processes-do-not-grow-with-the-dose.ts'
import sessionsDoNotGrow from './sessions-do-not-grow-with-the-dose.ts'
import noSteadyTableGrows from './no-steady-table-grows.ts'
import temporaryTablesDoNotGrow from './temporary-tables-do-not-grow-with-the-dose.ts'
import threadsDoNotGrow from './threads-do-not-grow-with-the-dose.ts'
import sessionsStayWithin from './sessions-stay-within-the-declared-pools.ts'

type Life = { readonly pid: number; readonly fromMs: number; readonly untilMs?: number }
type Make = (life: Life) => Being

/** How many are born in each cycle, warm-up first, all of which stay. Measured doses are 20, 0, 40, 80 and 20. */
const bornPerCycle = <T>(make: (life: Life) => T, ...perCycle: readonly number[]): readonly T[] =>
  perCycle.flatMap((births, cycle) => Array.from({ length: births }, (_, i) => make({ pid: 1_000 + cycle * 100 + i, fromMs: startOf(cycle) + 100 })))

/** Always the same number, all renewed in every cycle: a pool with maxLifetime, a server with max_requests. */
const renewed = (make: Make, held: number): readonly Being[] =>
  Array.from({ length: 8 }, (_, cycle) => cycle).flatMap((cycle) => Array.from({ length: held }, (_, i) => make({ pid: 2_000 + cycle * 100 + i, fromMs: startOf(cycle) + 100, untilMs: startOf(cycle + 1) + 100 })))

/** Seen only on the last look of each rest. */
const atLastLook =
  (being: Being): Being =>
  (moment) =>
    (moment.atMs - 10_000) % cycleMs === 17_000 ? being(moment) : null

const idle: Make = (life) => session(life)
const worker: Make = (life) => process(life)

/** Workers, each with a session that was last used at a moment told by that of the look and that of its birth. */
const usedWorkers = (usedAtMs: (atMs: number, fromMs: number, nth: number) => number, ...perCycle: readonly number[]): readonly Being[] =>
  bornPerCycle<readonly Being[]>(({ pid, fromMs }) => [process({ pid, fromMs, databasePorts: [45_000 + pid] }), (moment) => session({ pid: pid + 5_000, fromMs, usedAtMs: usedAtMs(moment.atMs, fromMs, pid) })(moment)], ...perCycle).flat()

/** Used up to the last request of the load: with the time that a look takes, that seems to be later. */
const byTheLastLoad = (atMs: number): number => Math.max(...[0, 1, 2, 3, 5, 6, 7].map((cycle) => loadEndOf(cycle) + 20).filter((usedMs) => usedMs <= atMs))
const byTheFirst = (_: number, fromMs: number): number => fromMs
const byItself = (atMs: number): number => atMs - (atMs % 500)
/** Each used at a moment of its own: for most the last one falls into a load, for some into a rest. */
const everyHalfMinute = (atMs: number, fromMs: number, nth: number): number => Math.max(fromMs, atMs - ((atMs - fromMs + nth * 3_700) % 30_000))

const grows = (make: Make): readonly Claim[] => [
  ['none at all', {}, 'pass'],
  ['a pool that filled in the warm-up and is flat: H01', { beings: bornPerCycle(make, 6, 2) }, 'pass'],
  ['a pool that fills up to its cap during the measured cycles', { beings: bornPerCycle(make, 4, 1, 0, 2, 0, 3, 0, 0) }, 'pass'],
  ['spare workers that reach their maximum late: H07', { beings: bornPerCycle(make, 4, 0, 0, 1, 0, 2, 4, 0) }, 'pass'],
  ['all renewed in every cycle, never more: H02', { beings: renewed(make, 8) }, 'pass'],
  ['renewed, while another pool fills', { beings: [...renewed(make, 8), ...bornPerCycle(make, 4, 0, 0, 2, 0, 2, 0, 0)] }, 'pass'],
  ['more after every load, for one look of three', { beings: bornPerCycle((life) => atLastLook(make(life)), 2, 2, 2, 1, 0, 2, 4, 1) }, 'pass'],
  ['one a cycle, whatever its dose', { beings: bornPerCycle(make, 1, 1, 1, 1, 1, 1, 1, 1) }, 'inconclusive'],
  ['more after every load, but not by a rate: a slow fill or a slow leak', { beings: bornPerCycle(make, 1, 1, 1, 3, 0, 1, 1, 1) }, 'inconclusive'],
  ['one for every twenty requests', { beings: bornPerCycle(make, 2, 2, 2, 1, 0, 2, 4, 1) }, 'leak'],
  ['seven by chance that follow the load: a cycle of few requests may lose none', { beings: bornPerCycle(make, 2, 2, 1, 0, 0, 2, 4, 1) }, 'leak'],
  ['seven that come less and less: a slow fill', { beings: bornPerCycle(make, 2, 2, 1, 4, 0, 2, 0, 1) }, 'inconclusive'],
  ['seven that follow the load, and then no more', { beings: bornPerCycle(make, 2, 2, 1, 1, 0, 2, 4, 0) }, 'pass'],
  ['one for every request', { beings: bornPerCycle(make, 40, 40, 40, 20, 0, 40, 80, 20) }, 'leak'],
  ['one for every twenty requests, and one a cycle beside it', { beings: bornPerCycle(make, 2, 2, 2, 2, 1, 3, 5, 2) }, 'leak'],
  ['one for every twenty requests, in two cycles only: too few to tell', { beings: bornPerCycle(make, 1, 1, 1, 1, 4), doses: [20, 80] }, 'pass'],
]

claims(sessionsDoNotGrow, [
  ...grows(idle),
  ['a pool of no declared size whose sessions later loads use again', { beings: usedWorkers(byTheLastLoad, 2, 2, 1, 1, 0, 2, 4, 1) }, 'pass'],
  ['as many that the load of their birth alone has used', { beings: usedWorkers(byTheFirst, 2, 2, 1, 1, 0, 2, 4, 1) }, 'leak'],
  ['as many that are asked for a sign of life every half a minute, under load or not', { beings: usedWorkers(everyHalfMinute, 2, 2, 1, 1, 0, 2, 4, 1) }, 'leak'],
  ['twice what the pool declares, though later loads use them again', { beings: [...usedWorkers(byTheLastLoad, 2, 2, 1, 1, 0, 2, 4, 1)].filter((_, i) => i % 2 === 1).concat(process({ pid: 9 })), limits: { poolMaxPerProcess: 6 } }, 'leak'],
  ['within a declared pool that is still filling', { beings: [process({ pid: 9 }), ...bornPerCycle(idle, 2, 2, 2, 1, 0, 2, 4, 1)], limits: { poolMaxPerProcess: 20 } }, 'pass'],
  ['twice the declared pool, and growing by chance', { beings: [process({ pid: 9 }), ...bornPerCycle(idle, 3, 3, 1, 3, 0, 1, 1, 1)], limits: { poolMaxPerProcess: 6 } }, 'leak'],
  ['somewhat over the declared pool, and growing by chance', { beings: [process({ pid: 9 }), ...bornPerCycle(idle, 3, 3, 1, 3, 0, 1, 1, 1)], limits: { poolMaxPerProcess: 10 } }, 'inconclusive'],
  ['twice the declared pool, and flat', { beings: [process({ pid: 9 }), ...bornPerCycle(idle, 13)], limits: { poolMaxPerProcess: 6 } }, 'pass'],
  ['beyond the declared pool', { beings: [process({ pid: 9 }), ...bornPerCycle(idle, 2, 2, 2, 1, 0, 2, 4, 1)], limits: { poolMaxPerProcess: 10 } }, 'leak'],
  ['beyond the declared pool, of which a process is known for two only', { beings: [process({ pid: 9, databasePorts: [41_000, 41_001] }), ...bornPerCycle(idle, 2, 2, 2, 1, 0, 2, 4, 1)], limits: { poolMaxPerProcess: 10 } }, 'leak'],
])

claims(processesDoNotGrow, [
  ...grows(worker),
  ['spare workers that come by a steady rate, and that later loads use again: H07', { beings: usedWorkers(byTheLastLoad, 2, 2, 1, 1, 0, 2, 4, 1) }, 'pass'],
  ['as many that the load of their birth alone has used', { beings: usedWorkers(byTheFirst, 2, 2, 1, 1, 0, 2, 4, 1) }, 'leak'],
  ['as many whose sessions are busy by themselves', { beings: usedWorkers(byItself, 2, 2, 1, 1, 0, 2, 4, 1) }, 'leak'],
  ['as many whose sessions are asked for a sign of life every half a minute, under load or not', { beings: usedWorkers(everyHalfMinute, 2, 2, 1, 1, 0, 2, 4, 1) }, 'leak'],
  ['children that have inherited a session which the server goes on using', { beings: [process({ pid: 9, databasePorts: [40_500] }), (moment) => session({ pid: 500, usedAtMs: Math.max(0, byTheLastLoad(moment.atMs)) })(moment), ...bornPerCycle((life) => process({ ...life, parentPid: 9, databasePorts: [40_500] }), 2, 2, 1, 1, 0, 2, 4, 1)] }, 'leak'],
  ['used again, but more of them than requests were ever in flight', { beings: usedWorkers(byTheLastLoad, 2, 2, 1, 2, 0, 4, 8, 2) }, 'leak'],
])

test('those that grew are named, with the cycle of their birth', () => {
  const opinion = sessionsDoNotGrow.check(timelineOf({ beings: bornPerCycle(idle, 2, 2, 2, 1, 0, 2, 4, 1) }))
  expect(opinion).toMatchObject({ kind: 'leak', sentence: 'sessions at rest grew from 6 to 14: 1 after 20 requests, 2 after 40, 4 after 80, 1 after 20' })
  expect('survivors' in opinion && opinion.survivors.map(({ bornIn }) => bornIn)).toEqual([3, 5, 5, 6, 6, 6, 6, 7])
})

claims(sessionsStayWithin, [
  ['nothing declared', { beings: bornPerCycle(idle, 40) }, 'not judged'],
  ['as many as declared', { beings: [process({ pid: 9 }), ...bornPerCycle(idle, 10)], limits: { poolMaxPerProcess: 10 } }, 'pass'],
  ['declares 10 and holds 12: a hint, not a law', { beings: [process({ pid: 9 }), ...bornPerCycle(idle, 12)], limits: { poolMaxPerProcess: 10 } }, 'warning'],
  ['two processes with a pool each', { beings: [process({ pid: 8 }), process({ pid: 9 }), ...bornPerCycle(idle, 12)], limits: { poolMaxPerProcess: 10 } }, 'pass'],
  ['a listener beside its pool: H05', { beings: [process({ pid: 9 }), ...bornPerCycle(idle, 11)], limits: { poolMaxPerProcess: 10, listeners: 1 } }, 'pass'],
])

test('sessions beyond the declared pools are named: those that came last', () => {
  const opinion = sessionsStayWithin.check(timelineOf({ beings: [process({ pid: 9 }), ...bornPerCycle(idle, 10, 0, 0, 1, 0, 1)], limits: { poolMaxPerProcess: 10 } }))
  expect(opinion).toMatchObject({ kind: 'warning', survivors: [{ member: { pid: 1_500 }, bornIn: 5 }, { member: { pid: 1_300 }, bornIn: 3 }] })
})

/** Descriptors of one process after each cycle, warm-up first; and at the first look of each rest, where more are still open. */
const descriptors =
  (afterCycle: readonly number[], given: Partial<Parameters<typeof process>[0]> & { readonly atFirstLook?: readonly number[] } = {}): Being =>
  (moment) => {
    const { atFirstLook = afterCycle, ...rest } = given
    const isFirstLook = (moment.atMs - 10_000) % cycleMs === 16_000
    const held = (isFirstLook ? atFirstLook : afterCycle)[moment.cycle ?? afterCycle.length - 1] ?? 20
    return process({ pid: 10, descriptors: held, ...rest })(moment)
  }

claims(descriptorsDoNotGrow, [
  ['flat', { beings: [descriptors([20, 20, 20, 20, 20, 20, 20, 20])] }, 'pass'],
  ['one for each request', { beings: [descriptors([60, 100, 140, 160, 160, 200, 280, 300])] }, 'leak'],
  ['one for ten requests', { beings: [descriptors([24, 28, 32, 34, 34, 38, 46, 48])] }, 'leak'],
  ['a plateau reached in the third cycle', { beings: [descriptors([24, 28, 32, 34, 34, 38, 38, 38])] }, 'pass'],
  ['more for a moment, at one look of three: keep-alive, H08', { beings: [descriptors([20, 20, 20, 20, 20, 20, 20, 20], { atFirstLook: [24, 28, 32, 34, 34, 38, 46, 48] })] }, 'pass'],
  ['ever more, but slower than the load', { beings: [descriptors([20, 21, 22, 25, 25, 26, 27, 28])] }, 'warning'],
  ['correlated noise that happens to rise after each load, having fallen as far before', { beings: [descriptors([24, 20, 25, 27, 21, 30, 33, 35])] }, 'warning'],
  ['one for ten requests, with noise on it', { beings: [descriptors([24, 29, 31, 34, 33, 39, 46, 49])] }, 'leak'],
  ['its pool’s own connections: judged as sessions', { beings: [pooling([20, 22, 24, 25, 25, 27, 31, 32])] }, 'pass'],
  ['in one process alone that was started meanwhile', { beings: [descriptors([20, 20, 20, 20, 20, 40, 80, 100], { fromMs: startOf(firstMeasured) + 1 })] }, 'warning', /^descriptors have not settled yet: pid 10 from 20, 20 after 40 requests, 40 after 80, 20 after 20/],
  ['after zero-dose cycles as well: a leak in time', { beings: [descriptors([24, 28, 32, 34, 36, 40, 48, 50])] }, 'leak'],
])

/** Three workers, each ended after five loads or more and replaced by another: what they have open after so many requests of their own. */
const recycled = (...held: readonly ((requests: number) => number)[]): Run => {
  const doses = [20, 40, 80, 20, 40, 80, 20, 40, 80, 20]
  const sentFrom = (born: number, cycle: number): number => [40, 40, 40, ...doses].slice(born, cycle + 1).reduce((sum, dose) => sum + dose, 0)
  return {
    doses,
    beings: [0, 4, 8].flatMap((born, nth): readonly Being[] => [
      (moment) => process({ pid: 30 + nth, parentPid: 9, command: 'worker', descriptors: (held[nth] ?? held[0])?.(sentFrom(born, moment.cycle ?? 12)) ?? 0, fromMs: startOf(born) + 100, untilMs: startOf(born + 7) + 100 })(moment),
    ]),
  }
}
const oneForTen = (requests: number): number => 20 + Math.floor(requests / 10)
const full = (requests: number): number => 20 + Math.min(6, Math.floor(requests / 10))
const twoOfThree = recycled(oneForTen, oneForTen, full)

claims(descriptorsDoNotGrow, [
  ['one for ten requests, in workers that are ended after five loads and begin anew', recycled(oneForTen), 'leak', /in 3 processes stayed open, more after every load: pid 30 from /],
  ['the same in two of three workers', twoOfThree, 'leak', /in 2 processes stayed open/],
  ['in one of three such workers', recycled(full, oneForTen, full), 'warning'],
  ['in two of four, which as many contradict', { ...twoOfThree, beings: [...(twoOfThree.beings ?? []), (moment) => process({ pid: 39, parentPid: 9, command: 'worker', descriptors: 20, fromMs: startOf(0) + 200, untilMs: startOf(7) + 100 })(moment)] }, 'warning'],
  ['a plateau that each such worker reaches', recycled(full), 'pass', /^no descriptors piled up in 3 long-lived processes$/],
  ['in workers that live for a load or two', { beings: Array.from({ length: 8 }, (_, cycle) => process({ pid: 40 + cycle, descriptors: 20 + cycle * 10, fromMs: startOf(cycle) + 100, untilMs: startOf(cycle + 1) + 100 })) }, 'pass', /^no descriptors piled up in 0 long-lived processes; 8 more ended, or began, too soon to tell$/],
])

const log = { '/srv/app.log': 1, pipe: 3 }
const logging = (afterCycle: readonly number[]): Being => (moment) => {
  const held = afterCycle[moment.cycle ?? afterCycle.length - 1] ?? 20
  return descriptors(afterCycle, { descriptorTargets: { ...log, '/srv/app.log': held - 10 } })(moment)
}

claims(descriptorsDoNotGrow, [
  ['one for each request: the finding names the path that leaks', { beings: [logging([60, 100, 140, 160, 160, 200, 280, 300])] }, 'leak', /: \/srv\/app\.log \(50 to 290\)$/],
])

/** A run without its last load, which something has cut off. */
const cutShort = (run: Run, early: Exclude<Timeline['endedEarly'], null>): Timeline => {
  const timeline = timelineOf({ ...run, doses: [20, 0, 40, 80] })
  return { ...timeline, facts: { ...timeline.facts, doses: [20, 0, 40, 80, 20] }, endedEarly: early }
}
const lateDescriptors: Run = { beings: [descriptors([24, 28, 32, 34, 34, 38, 46, 46])] }
const children: Run = { beings: bornPerCycle(worker, 2, 2, 1, 1, 0, 2, 4) }

claims(descriptorsDoNotGrow, [
  ['a plateau that is reached with the last load but one', lateDescriptors, 'pass'],
  ['the same, where the application ended before the last', cutShort(lateDescriptors, 'application ended'), 'warning', /^descriptors have not settled yet/],
  ['the same, where a leak of another kind ended the run', cutShort(lateDescriptors, 'leak confirmed'), 'leak'],
])

claims(processesDoNotGrow, [
  ['more by each load but the last, before which the load generator broke', cutShort(children, 'load broken'), 'inconclusive', /spare workers, or a slow leak$/],
  ['the same, where a leak of another kind ended the run', cutShort(children, 'leak confirmed'), 'leak'],
])

const threads = (afterCycle: readonly number[], vanishedAfterCycle: readonly number[] = []): Being => (moment) => {
  const after = moment.cycle ?? afterCycle.length - 1
  return process({ pid: 10, threads: afterCycle[after] ?? 7, vanishedClients: vanishedAfterCycle[after] ?? 0 })(moment)
}

const fewThreads = [11, 15, 19, 21, 21, 25, 33, 35]
const asManyVanished = [4, 8, 12, 14, 14, 18, 26, 28]
/** In each load eight clients connect and leave again, and meanwhile the application has this many threads more. */
const loadedWith = (threadsMore: number): Run => ({
  beings: [threads(fewThreads, asManyVanished)],
  also: fewThreads.flatMap((after, cycle) => {
    const at = (afterMs: number, clients: number, more: number) =>
      ({ kind: 'beat', counters: { 'app.connection-readings': cycle * 2 + (clients > 0 ? 1 : 2), 'app.clients': clients, 'app.vanished-clients': asManyVanished[cycle] ?? 0, 'app.threads': after + more }, atMs: startOf(cycle) + afterMs }) as const
    return [at(5_001, 8, threadsMore), at(14_001, 0, 0)]
  }),
})

claims(threadsDoNotGrow, [
  ['flat', { beings: [threads([7, 7, 7, 7, 7, 7, 7, 7])] }, 'pass'],
  ['one for ten requests', { beings: [threads([11, 15, 19, 21, 21, 25, 33, 35])] }, 'leak', /^16 threads in 1 process stayed, more after every load: pid 10 from 19, 2 after 20 requests, 4 after 40, 8 after 80, 2 after 20/],
  ['a pool of threads that is full after the third cycle', { beings: [threads([11, 15, 19, 21, 21, 25, 25, 25])] }, 'pass'],
  ['ever more, but slower than the load: a warning', { beings: [threads([7, 8, 9, 12, 12, 13, 14, 15])] }, 'warning', /have not settled/],
  ['one for each client that vanished, in a server that has one for each connection', loadedWith(8), 'warning', /^16 threads in 1 process stayed, hardly more than connections of clients that vanished: pid 10/],
  ['the same where some of eight connections had ended before their threads were read', loadedWith(5), 'warning'],
  ['one for each client that vanished, in a server that has hardly more threads with connections than without', loadedWith(2), 'inconclusive'],
  ['one for each client that vanished, in a server whose threads are as many with connections as without: who vanishes costs it none', loadedWith(0), 'inconclusive', /^16 threads in 1 process stayed, hardly more than .* but threads were not seen to come and go with connections/],
  ['one for each client that vanished, and no load in which connections were read', { beings: [threads(fewThreads, asManyVanished)] }, 'inconclusive'],
  ['more than clients vanished', { beings: [threads([11, 15, 19, 21, 21, 25, 33, 35], [2, 4, 6, 7, 7, 9, 13, 14])] }, 'leak', /^8 threads in 1 process stayed/],
  ['in the process of a request: judged by itself', { beings: [(moment) => process({ pid: 10, threads: 7 + (moment.cycle ?? 8) * 10, request: { method: 'GET', url: '/' } })(moment)] }, 'pass'],
])

const temporaryTable: Make = ({ pid, fromMs, untilMs = Number.POSITIVE_INFINITY }) => inSession(1_000 + pid, pid, fromMs, untilMs)
const inSession = (sessionPid: number, oid: number, fromMs: number, untilMs = Number.POSITIVE_INFINITY, name = `batch_${oid}`): Being => ({ atMs }) =>
  atMs < fromMs || atMs >= untilMs ? null : { kind: 'temporary-table', id: String(16_000 + oid), name, sessionPid }

claims(temporaryTablesDoNotGrow, [
  ['not looked for: an older record', { controls: 'none' }, 'not judged'],
  ['one in each session of a pool: made once, used again', { beings: bornPerCycle(temporaryTable, 6, 2) }, 'pass', /\(8 at the end, 8 after the warm-up\)/],
  ['made anew in every cycle, and dropped', { beings: renewed(temporaryTable, 8) }, 'pass'],
  ['one for every twenty requests: L28', { beings: bornPerCycle(temporaryTable, 2, 2, 2, 1, 0, 2, 4, 1) }, 'leak', /grew from 6 to 14: .*, in 8 sessions$/],
  ['more after every load, but not by a rate, in a session each', { beings: bornPerCycle(temporaryTable, 1, 1, 1, 3, 0, 1, 1, 1) }, 'warning', /slow leak/],
  ['two in one session, by names that two loads gave: a slow leak has no rate, but names', { beings: [inSession(5, 1, startOf(5) + 100), inSession(5, 2, startOf(6) + 100)] }, 'leak', /^2 temporary tables of names that no load before had made stayed in 1 session/],
  ['two in one session, of one load: what a route makes that first came now', { beings: [inSession(5, 1, startOf(5) + 100), inSession(5, 2, startOf(5) + 100)] }, 'pass'],
  ['by names that the warm-up had made: a session late in the pool', { beings: [inSession(4, 1, startOf(0), undefined, 'cart'), inSession(4, 2, startOf(0), undefined, 'sums'), inSession(5, 3, startOf(5) + 100, undefined, 'cart'), inSession(5, 4, startOf(6) + 100, undefined, 'sums')] }, 'pass'],
  ['each session keeps its last one, and drops it with the next', { beings: [4, 5, 6].map((cycle) => inSession(cycle, cycle, startOf(cycle) + 100)) }, 'pass'],
])

const table = (id: string, rowsARequest: number): Being => ({ atMs }) => {
  const grownRows = Math.round((rowsARequest * 160 * Math.max(0, atMs - startOf(0))) / (startOf(8) - startOf(0)))
  return grownRows === 0 ? null : { kind: 'table', id, rows: 100 + grownRows, bytes: 8_192 + grownRows * 100, grownRows, grownBytes: grownRows * 100 }
}

/** A table whose files do not grow. */
const fuller = (rowsAt: (atMs: number) => number): Being => ({ atMs }) => {
  const grownRows = rowsAt(atMs)
  return grownRows === 0 ? null : { kind: 'table', id: 'public.product', rows: grownRows, bytes: 200_704, grownRows, grownBytes: 0 }
}

claims(noSteadyTableGrows, [
  ['not looked for: an older record', { controls: 'none' }, 'not judged', /does not look/],
  ['one that grows under healthy load is told with its rate', { beings: [table('public.visit', 1)] }, 'not judged', /; grown: public\.visit by \d+ rows and \d+ KiB, 0\.\d+ a request$/],
  ['another is declared steady', { beings: [table('public.visit', 1)], limits: { steadyTables: ['product'] } }, 'pass', /1 table declared steady did not grow; grown: public\.visit/],
  ['it is declared steady', { beings: [table('public.visit', 1)], limits: { steadyTables: ['visit'] } }, 'leak', /^1 table that is declared steady grew: public\.visit by/],
  ['rows of the start, which the statistics tell late', { beings: [fuller((atMs) => (atMs < startOf(1) ? 0 : 2_000))], limits: { steadyTables: ['product'] } }, 'pass', /^1 table declared steady did not grow; no table has grown$/],
  ['rows of the start, and then one with every load, where there was room', { beings: [fuller((atMs) => [1, 2, 5, 6, 7].filter((cycle) => atMs >= loadEndOf(cycle)).length * 2)], limits: { steadyTables: ['product'] } }, 'leak', /: public\.product by 8 rows and 0 KiB, 0\.04 a request$/],
  ['it is declared steady in its schema', { beings: [table('shop.product', 1)], limits: { steadyTables: ['product', 'shop.product'] } }, 'leak'],
])

claims(noWorkerIsLost, [
  ['none declared: spare workers come and go', { beings: [process({ pid: 1 }), process({ pid: 2, untilMs: startOf(5) })] }, 'not judged'],
  ['all there', { beings: [process({ pid: 1 }), process({ pid: 2 })], limits: { workers: 2 } }, 'pass'],
  ['one recycled', { beings: [process({ pid: 1 }), process({ pid: 2, untilMs: startOf(5) }), process({ pid: 3, fromMs: startOf(5) })], limits: { workers: 2 } }, 'pass'],
  ['one gone: it is named', { beings: [process({ pid: 1 }), process({ pid: 2, untilMs: startOf(5) })], limits: { workers: 2 } }, 'leak', /^1 worker of 2 went and did not come back: pid 2 \(node server\.js\), last seen after cycle 4$/],
  ['one gone, while the other has left a child', { beings: [process({ pid: 1 }), process({ pid: 2, untilMs: startOf(5) }), process({ pid: 3, parentPid: 1, command: 'git gc', fromMs: startOf(4) })], limits: { workers: 2 } }, 'leak'],
  ['one recycled under another number', { beings: [process({ pid: 1, command: 'celery: worker 1' }), process({ pid: 2, command: 'celery: worker 2', untilMs: startOf(5) }), process({ pid: 3, command: 'celery: worker 3', fromMs: startOf(5) })], limits: { workers: 2 } }, 'pass'],
  ['one recycled, whose command names a socket or a token of its own', { beings: [process({ pid: 1, command: 'worker --bind /tmp/w-a3f9c1.sock' }), process({ pid: 2, command: 'worker --bind /tmp/w-0be77d.sock', untilMs: startOf(5) }), process({ pid: 3, command: 'worker --bind /tmp/w-c41e9b.sock', fromMs: startOf(5) })], limits: { workers: 2 } }, 'pass'],
  ['never as many as declared', { beings: [process({ pid: 1 })], limits: { workers: 2 } }, 'pass'],
])

function pooling(afterCycle: readonly number[]): Being {
  return (moment) => {
    const held = afterCycle[moment.cycle ?? afterCycle.length - 1] ?? 20
    return process({ pid: 10, descriptors: held, databasePorts: Array.from({ length: held - 20 }, (_, i) => 5_000 + i) })(moment)
  }
}
