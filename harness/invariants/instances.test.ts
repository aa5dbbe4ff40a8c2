import { expect, test } from 'vitest'
import { claims } from '../testing/claims.ts'
import { looking } from '../testing/looking.ts'
import { type Being, cycleMs, entriesOf, epochOf, factsOf, firstMeasured, fold, hungRequest, loadEndOf, openTransaction, process, type Run, session, startOf, timelineOf, whatIsPlanted, zombie } from '../testing/timeline-of.ts'
import type { PreparedTransaction, Process, ReplicationSlot } from '../timeline/member.ts'
import type { Timeline } from '../timeline/timeline.ts'
import everySessionHasItsProcess from './every-session-has-its-process.ts'
import noAbortedTransactionStays from './no-aborted-transaction-stays.ts'
import noAdvisoryLockStays from './no-advisory-lock-stays.ts'
import noPreparedTransactionStays from './no-prepared-transaction-stays.ts'
import noQueryRuns from './no-query-runs-with-nothing-in-flight.ts'
import noReplicationSlotStays from './no-replication-slot-stays.ts'
import noRequestProcessOutlives from './no-request-process-outlives-its-request.ts'
import noSessionWasEnded from './no-session-was-ended-by-a-server-timeout.ts'
import noSocketStays from './no-socket-stays-half-closed.ts'
import noTransactionOutlives from './no-transaction-outlives-its-request.ts'
import noZombieStays from './no-zombie-stays.ts'

const last = 7
const born = { fromMs: startOf(last) + 2_000 }
const notQuiet = (cycle: number) => (cycle === last ? '1 client connections open' : undefined)
/** How long a page goes on after its client has left: longer than a settle waits, but not to the end of the run. */
const page = { fromMs: startOf(last) + 2_000, untilMs: startOf(last + 1) }
const plantedEarly: Run['also'] = [{ kind: 'control', edge: 'planted', planted: whatIsPlanted, atMs: startOf(4) }]
const slowTransactions = (p999Ms: number): Run['also'] => [{ kind: 'beat', counters: { 'pg.transactions-ended': 400, 'pg.transactions-ended-p999-ms': p999Ms }, atMs: 500 }]

claims(noTransactionOutlives, [
  ['nothing open', {}, 'pass'],
  ['open with relation locks', { beings: [openTransaction({ pid: 1, ...born, relationLocks: 3 })] }, 'leak'],
  ['open with a snapshot', { beings: [openTransaction({ pid: 1, ...born, holdsXmin: true })] }, 'leak'],
  ['open with a transaction id', { beings: [openTransaction({ pid: 1, ...born, holdsXid: true })] }, 'leak'],
  ['open since the warm-up: a floor is never learned', { beings: [openTransaction({ pid: 1, fromMs: startOf(0) + 1, relationLocks: 1 })] }, 'leak'],
  ['open after the warm-up, gone before the first measured cycle', { beings: [openTransaction({ pid: 1, fromMs: startOf(0) + 1, untilMs: startOf(2), relationLocks: 1 })] }, 'leak'],
  ['open without lock or snapshot: session set-up that the next use ends', { beings: [openTransaction({ pid: 1, ...born })] }, 'warning'],
  ['ended within its patience', { beings: [openTransaction({ pid: 1, fromMs: loadEndOf(last) + 5_000, untilMs: loadEndOf(last) + 8_000, relationLocks: 1 })] }, 'pass'],
  ['open after the baseline’s load, gone before the first measured cycle', { beings: [openTransaction({ pid: 1, fromMs: startOf(2) + 1, untilMs: startOf(3), relationLocks: 1 })] }, 'leak'],
  ['planted in the middle of the run: ours', { beings: [openTransaction({ pid: 9_001, fromMs: startOf(4), untilMs: startOf(6), relationLocks: 1 })], also: plantedEarly }, 'pass'],
  ['one look of three', { beings: [openTransaction({ pid: 1, ...born, untilMs: loadEndOf(last) + 6_400, relationLocks: 1 })] }, 'pass'],
  ['a new transaction at each look, in one session', { beings: [everNewTransaction(1)] }, 'pass'],
  ['as old as transactions here grow before they end', { beings: [openTransaction({ pid: 1, fromMs: loadEndOf(last) - 9_000, untilMs: startOf(last + 1) + 1_500, relationLocks: 1 })], also: slowTransactions(4_000) }, 'warning', /^1 transaction with locks or a snapshot stayed open and idle when the load had gone, for up to 20 s, and then ended/],
  ['as old, where transactions end in 40 ms', { beings: [openTransaction({ pid: 1, fromMs: loadEndOf(last) - 9_000, untilMs: startOf(last + 1) + 1_500, relationLocks: 1 })], also: slowTransactions(40) }, 'leak'],
  ['older than declared, however slow others are', { beings: [openTransaction({ pid: 1, fromMs: loadEndOf(last) - 9_000, relationLocks: 1 })], also: slowTransactions(4_000), limits: { transactionMs: 2_000 } }, 'leak'],
  ['open since long, by a server whose clock was set back by an hour in between', { beings: [setBack(openTransaction({ pid: 1, fromMs: startOf(3) + 500, relationLocks: 1 }))] }, 'leak', /the oldest for [1-9]/],
  ['young, by a server whose clock was set forward by an hour', { beings: [setForward(session({ pid: 2 })), setForward(openTransaction({ pid: 1, fromMs: loadEndOf(6) + 4_500, untilMs: loadEndOf(6) + 8_000, relationLocks: 1 }))] }, 'pass'],
  ['open since long, by the same', { beings: [setForward(session({ pid: 2 })), setForward(openTransaction({ pid: 1, fromMs: startOf(6) + 500, relationLocks: 1 }))] }, 'leak'],
  ['idle in it, where the leak itself keeps the server from rest', { beings: [openTransaction({ pid: 1, ...born, relationLocks: 1 })], unquiet: notQuiet }, 'leak'],
  ['at work in it, where the server is not at rest', { beings: [session({ pid: 1, ...born, state: 'active', transactionAgeMs: 20_000, relationLocks: 1 })], unquiet: notQuiet }, 'pass'],
  ['in and out of statements, where the server is not at rest', { beings: [openTransaction({ pid: 1, ...born, stateAgeMs: 20, relationLocks: 1 })], unquiet: notQuiet }, 'pass'],
  ['open for long in a session that begins another with the last load', { beings: [(moment) => openTransaction({ pid: 1, fromMs: 2_000, begunAtMs: moment.atMs < startOf(6) ? startOf(4) + 500 : loadEndOf(last) + 4_500, relationLocks: 1 })(moment)], controls: 'none' }, 'leak', /^1 transaction stayed open/],
  ['idle in it while its page computes, and ends', { beings: [computing(), openTransaction({ pid: 1, ...page, clientPort: 5_001, relationLocks: 1 })], unquiet: notQuiet }, 'warning', /a slow page/],
  ['idle in it while its page computes for longer than it may', { beings: [computing(), openTransaction({ pid: 1, ...page, clientPort: 5_001, relationLocks: 1 })], unquiet: notQuiet, limits: { transactionMs: 5_000 } }, 'leak'],
])

test('a transaction too young to judge when the run ends is not called clean', () => {
  const young: Being = openTransaction({ pid: 1, fromMs: loadEndOf(last) + 4_500, begunAtMs: loadEndOf(last) + 4_500, relationLocks: 1 })
  const opinion = noTransactionOutlives.check(timelineOf({ beings: [young], controls: 'none', limits: { transactionMs: 50_000 }, also: slowTransactions(5_000) }))
  expect(opinion.kind).toBe('inconclusive')
})

test('a transaction whose request is still at work is slow, however long it takes', () => {
  const beings = [requestProcess({ cpuPerMs: 0.05, databasePorts: [5_001] }), openTransaction({ pid: 1, ...born, clientPort: 5_001, relationLocks: 1 })]
  expect(noTransactionOutlives.check(timelineOf({ beings, limits: { transactionMs: 3_000 } })).kind).toBe('inconclusive')
})

claims(noRequestProcessOutlives, [
  ['none left', {}, 'pass'],
  ['frozen in a lock, with its session', { beings: hungRequest() }, 'leak'],
  ['frozen, and the server not at rest', { beings: hungRequest({ cycle: last }), unquiet: notQuiet }, 'leak'],
  ['hung since the warm-up', { beings: hungRequest({ cycle: 0 }) }, 'leak'],
  ['gone within its patience', { beings: hungRequest({ cycle: last, untilMs: loadEndOf(last) + 4_000 }) }, 'pass'],
  ['at work: a slow page whose client has left', { beings: [requestProcess({ cpuPerMs: 0.9 })], unquiet: notQuiet, controls: 'none' }, 'inconclusive'],
  ['at work until it ended', { beings: [requestProcess({ cpuPerMs: 0.9, untilMs: startOf(last + 1) })], unquiet: notQuiet }, 'pass'],
  ['at work for longer than any page may be', { beings: [requestProcess({ cpuPerMs: 0.9 })], unquiet: notQuiet, limits: { transactionMs: 6_000 } }, 'leak'],
  ['starved: wants to run and gets no turn', { beings: [requestProcess({ state: 'R', runnableThreads: 1 })], limits: { transactionMs: 3_000, processLingerMs: 2_000 } }, 'inconclusive'],
  ['starved: waits in a futex for a thread that gets no turn', { beings: [requestProcess({ runnableThreads: 1 })], limits: { transactionMs: 3_000, processLingerMs: 2_000 } }, 'inconclusive'],
  ['starved: slow beyond every declared time', { beings: [requestProcess({ cpuPerMs: 0.05 })], limits: { transactionMs: 3_000, processLingerMs: 2_000 } }, 'inconclusive'],
  ['waits for its query', { beings: [requestProcess({ databasePorts: [5_001] }), session({ pid: 1, ...born, clientPort: 5_001, state: 'active' })], unquiet: notQuiet, controls: 'none' }, 'inconclusive'],
  ['allowed to linger', { beings: hungRequest({ cycle: last, untilMs: startOf(last + 1) }), limits: { processLingerMs: 30_000 } }, 'pass'],
  ['planted in the middle of the run: ours', { beings: [process({ pid: 8_999, fromMs: startOf(4), control: 'planted', request: { method: 'GET', url: '/' } })] }, 'pass'],
  ['a worker, which carries no request', { beings: [process({ pid: 1 })] }, 'pass'],
])

claims(noQueryRuns, [
  ['nothing runs', {}, 'pass'],
  ['waits for a lock', { beings: [running({ waitEvent: 'transactionid' })], unquiet: notQuiet }, 'leak'],
  ['waits for a client that does not read', { beings: [running({ waitEvent: 'ClientWrite' })], unquiet: notQuiet }, 'leak'],
  ['works on: a long page whose client has left', { beings: [running({ waitEvent: null })], unquiet: notQuiet }, 'pass'],
  ['works on for longer than it may', { beings: [running({ waitEvent: null })], unquiet: notQuiet, limits: { transactionMs: 5_000 } }, 'leak'],
  ['hangs, beside a poll of its form that begins anew every 3 s since before the load', { beings: [running({ fromMs: born.fromMs, waitEvent: 'PgSleep', query: 'SELECT poll(7)' }), (moment) => running({ fromMs: 2_000, waitEvent: 'PgSleep', query: 'SELECT poll(8)', usedAtMs: Math.max(2_000, moment.atMs - (moment.atMs % 3_000)), pid: 31 })(moment)], unquiet: () => '2 queries running' }, 'leak', /^1 query still ran/],
  ['waits since before the load, as the standby of an elected leader does', { beings: [running({ fromMs: 2_000, waitEvent: 'advisory' })], unquiet: () => '1 queries running' }, 'warning', /^1 query of a form that ran before the first request already/],
  ['waits since before the load, where no look was made before it', looking(afterLoad, { beings: [running({ fromMs: 2_000, waitEvent: 'advisory' })], unquiet: () => '1 queries running' }), 'inconclusive', /^1 query ran since the first load or before: no look before the load tells/],
  ['waits since before the load, where a probe gave no answer before it', looking((look) => (afterLoad(look) === null ? { ...look, missed: ['postgres'], members: [] } : look), { beings: [running({ fromMs: 2_000, waitEvent: 'advisory' })], unquiet: () => '1 queries running' }), 'inconclusive'],
  ['waits since a load, where no look was made before the first', looking(afterLoad, { beings: [running({ fromMs: startOf(4) + 2_000, waitEvent: 'transactionid' })], unquiet: () => '1 queries running' }), 'leak'],
  ['waits every so often anew, as such a one with a time-out does', { beings: [waitingAnew(2_000)], unquiet: () => '1 queries running' }, 'warning'],
  ['waits every so often anew, and did not before the load', { beings: [waitingAnew(startOf(4))], unquiet: notQuiet }, 'leak'],
  ['waits beside such a one', { beings: [running({ fromMs: 2_000, waitEvent: 'advisory' }), running({ pid: 2, waitEvent: 'transactionid' })], unquiet: notQuiet }, 'leak', /^1 query still ran/],
  ['polls for long on one session of a pool or another, as before the load', { beings: [polling(2_000)] }, 'warning', /^3 queries of a form/],
  ['polls for long, and did not before the load', { beings: [polling(startOf(0) + 500)] }, 'leak', /^. queries still ran with nothing in flight, /],
  ['polls for long, as is declared', { beings: [polling(startOf(0) + 500)], limits: { standingQueries: 1 } }, 'pass', /^no more than the 1 query declared/],
  ['hangs beside one that polls for long', { beings: [polling(2_000), running({ pid: 9, waitEvent: 'ClientRead', query: 'SELECT poll(7)' })] }, 'leak', /^1 query still ran/],
  ['hangs beside one that is declared', { beings: [polling(startOf(0) + 500), running({ pid: 9, waitEvent: 'transactionid' })], limits: { standingQueries: 1 } }, 'leak', /^1 query still ran with nothing in flight beyond the 1 declared/],
  ['hung beside one that is declared, until its client gave up', { beings: [polling(startOf(0) + 500), running({ pid: 9, waitEvent: 'transactionid', fromMs: startOf(4) + 2_000, untilMs: startOf(5) })], limits: { standingQueries: 1 } }, 'leak', /^1 query still ran/],
  ['streams changes since the first request, as is declared', { beings: [running({ fromMs: startOf(0) + 500, waitEvent: 'WalSenderMain', query: 'START_REPLICATION SLOT "s" LOGICAL 0/0' })], limits: { standingQueries: 1, transactionMs: 3_000 } }, 'pass'],
  ['begun after the first look, and not looked at again before the control', { beings: [running({ fromMs: loadEndOf(last) + 6_200, waitEvent: 'PgSleep' })], unquiet: notQuiet }, 'pass'],
  ['one query after the other in a session', { beings: [oneAfterTheOther], unquiet: notQuiet }, 'pass'],
  ['a new query at each look', { beings: [running({ queryAgeMs: 40, waitEvent: 'ClientRead' })], unquiet: notQuiet }, 'pass'],
])

claims(noZombieStays, [
  ['none', {}, 'pass'],
  ['one', { beings: [zombie(born)] }, 'leak'],
  ['one since the warm-up', { beings: [zombie({ fromMs: startOf(0) + 1 })] }, 'leak'],
  ['one that the next request has reaped', { beings: [zombie({ ...born, fromMs: startOf(4), untilMs: startOf(5) })], looks: 7 }, 'leak'],
  ['one between its exit and its parent’s wait', { beings: [zombie({ fromMs: loadEndOf(4) + 5_000, untilMs: loadEndOf(4) + 7_100 })] }, 'pass'],
  ['a new one at each look', { beings: [everNewZombie] }, 'pass'],
  ['as many as declared', { beings: [zombie(born)], limits: { zombies: 1 } }, 'pass'],
  ['one more than declared', { beings: [zombie(born), zombie({ ...born, pid: 701 })], limits: { zombies: 1 } }, 'leak'],
  ['one of a page that works on, and reaps it as it ends', { beings: [computing(), zombie({ ...page, parentPid: 10 })], unquiet: notQuiet }, 'pass'],
  ['one of a parent that does nothing, where the server is not at rest', { beings: [computing(), process({ pid: 11 }), zombie({ ...page, parentPid: 11 })], unquiet: notQuiet }, 'leak'],
])

const prepared = (life: { readonly fromMs: number; readonly untilMs?: number }): Being =>
  ({ atMs }) => (life.fromMs <= atMs && atMs < (life.untilMs ?? Number.POSITIVE_INFINITY) ? ({ kind: 'prepared-transaction', id: 'tx-1', owner: 'app', ageMs: atMs - life.fromMs } satisfies PreparedTransaction) : null)
const slot = (fromMs: number): Being => ({ atMs }) => (fromMs <= atMs ? ({ kind: 'replication-slot', id: 'slot_1', active: false, retainedBytes: 16_777_216 } satisfies ReplicationSlot) : null)

claims(noPreparedTransactionStays, [
  ['none', {}, 'pass'],
  ['one', { beings: [prepared(born)] }, 'leak'],
  ['one older than the load: nobody should have any', { beings: [prepared({ fromMs: 0 })] }, 'leak'],
  ['one that was committed after its prepare', { beings: [prepared({ ...born, untilMs: loadEndOf(last) })] }, 'pass'],
])

/** Left in the very first load, with so many requests in later ones that a leak of one thing would hardly be the first load's. */
const early = startOf(0) + 500
const enoughAfter = [20, 0, 40, 80, 40]

claims(noReplicationSlotStays, [
  ['none', {}, 'pass'],
  ['one', { beings: [slot(born.fromMs)] }, 'leak'],
  ['a replica’s, there before the load', { beings: [slot(0)] }, 'pass'],
  ['one declared', { beings: [slot(born.fromMs)], limits: { replicationSlots: 1 } }, 'pass'],
  ['a reader’s, made with the first request', { beings: [slot(early)], doses: enoughAfter }, 'warning', /^1 replication slot left .* limits\.replicationSlots declares it$/],
])

claims(noAbortedTransactionStays, [
  ['none', {}, 'pass'],
  ['left by a request whose statement failed, through later loads', { beings: [aborted(startOf(4) + 100)] }, 'leak', /^1 session stayed in an aborted transaction/],
  ['left in the warm-up', { beings: [aborted(startOf(0) + 100), aborted(startOf(1) + 100, { pid: 2 })] }, 'leak', /^2 sessions/],
  ['rolled back when the next load takes it out of the pool', { beings: [aborted(startOf(3) + 100, { untilMs: startOf(5) + 100 })] }, 'pass'],
  ['failing anew in each cycle, on a session that is used', { beings: [3, 4, 5, 6, 7].map((cycle) => aborted(startOf(cycle) + 100, cycle === last ? {} : { untilMs: startOf(cycle + 1) + 100 })) }, 'warning'],
  ['failing anew in each cycle because nobody rolls back: whoever gets it is refused, L17', { beings: [3, 4, 5, 6, 7].map((cycle) => aborted(startOf(cycle) + 100, cycle === last ? {} : { untilMs: startOf(cycle + 1) + 100 })), also: [{ kind: 'server-log', pid: 1, severity: 'ERROR', sqlstate: '25P02', message: 'current transaction is aborted', atMs: startOf(5) + 200 }] }, 'leak', /^1 session stayed in an aborted transaction/],
  ['refused once within a request that then rolled back', { beings: [aborted(startOf(7) + 100)], also: [{ kind: 'server-log', pid: 1, severity: 'ERROR', sqlstate: '25P02', message: 'current transaction is aborted', atMs: startOf(5) + 200 }] }, 'warning'],
  ['after the last load: what would have come of it is not known', { beings: [aborted(startOf(7) + 100)] }, 'warning'],
  ['with only zero doses after it', { beings: [aborted(startOf(3) + 100)], doses: [20, 0, 0] }, 'warning'],
  ['left through a later load, and anew by the last', { beings: [({ atMs, ...moment }) => aborted(atMs < startOf(6) ? startOf(3) + 100 : startOf(7) + 100)({ atMs, ...moment })] }, 'leak', /^1 session stayed/],
])

claims(noAdvisoryLockStays, [
  ['none', {}, 'pass'],
  ['held by a pooled session', { beings: [session({ pid: 1, ...born, advisoryLocks: 1 })] }, 'leak'],
  ['an elected leader’s, taken before the load', { beings: [session({ pid: 1, fromMs: 2_000, advisoryLocks: 1 })] }, 'pass'],
  ['left by a request on a session that the pool had opened before the load', { beings: [lockedFrom(born.fromMs, 0)] }, 'leak'],
  ['left by a request beside the leader’s own', { beings: [lockedFrom(born.fromMs, 1)] }, 'leak'],
  ['two where one is declared', { beings: [session({ pid: 1, ...born, advisoryLocks: 2 })], limits: { advisoryLocks: 1 } }, 'leak', /^2 advisory locks, 1 declared, left when the load had gone$/],
  ['a leader’s that the first request elects, and none of many after it', { beings: [leading(1, early)], doses: enoughAfter }, 'warning', /^1 advisory lock left when the load had gone, by the first 40 requests, and none by the 260 after them: held by design, .*; limits\.advisoryLocks declares it$/],
  ['such a one, after which too few requests came to tell', { beings: [leading(1, early)] }, 'inconclusive', /^1 advisory lock .*, by the first 40 requests, and none by the 240 after them: too few to tell/],
  ['such a one, where it is declared', { beings: [leading(1, early)], limits: { advisoryLocks: 1 } }, 'pass'],
  ['such a one, which asks for a sign of life under load as at rest', { beings: [leading(1, early, { used: (atMs) => atMs - (atMs % 3_700), query: '-- ping' })], doses: enoughAfter }, 'warning'],
  ['left by the first load on a session that later ones use', { beings: [leading(1, early, { used: usedByRequests, query: 'SELECT grams FROM parcel' })], doses: enoughAfter }, 'leak', /^1 advisory lock left when the load had gone; if the application means to hold it, declare limits\.advisoryLocks$/],
  ['the same, which each of them uses last with its last request', { beings: [leading(1, early, { used: usedByTheLast, query: 'SELECT grams FROM parcel' })], doses: enoughAfter }, 'leak'],
  ['the same, which the nudge uses by the same statement', { beings: [leading(1, early, { used: usedByAll, query: 'COMMIT' })], doses: enoughAfter }, 'leak'],
  ['left by the first load, and by a later one', { beings: [leading(1, early), leading(2, startOf(4) + 100)], doses: enoughAfter }, 'leak', /^2 advisory locks left when the load had gone$/],
  ['two left by the first load', { beings: [leading(1, early), leading(2, early + 10)], doses: enoughAfter }, 'leak', /^2 advisory locks .*; if the application means to hold them, declare limits\.advisoryLocks$/],
  ['left by the first load, and given back after a while', { beings: [leading(1, early, { untilMs: startOf(5) })], doses: enoughAfter }, 'leak'],
  ['left by the first measured load, and by none after it', { beings: [leading(1, startOf(firstMeasured) + 100)], doses: [20, 400, 400, 400] }, 'leak', /if the application means to hold it/],
  ['a leader’s that the first request elects, where the rests before the measured loads were not seen', looking((look) => (look.atMs > startOf(0) && look.atMs < startOf(firstMeasured) ? null : look), { beings: [leading(1, early)] }), 'inconclusive'],
  ['a leader’s whose session was renewed: it is elected anew', { beings: [leading(1, 2_000, { untilMs: startOf(4) + 100 }), leading(2, startOf(4) + 200)] }, 'warning', /^1 advisory lock left .* as many of before the load were given up/],
  ['a leader’s that was renewed, and one of a request beside it', { beings: [leading(1, 2_000, { untilMs: startOf(4) + 100 }), leading(2, startOf(4) + 200), leading(3, startOf(5) + 200)] }, 'leak', /^2 advisory locks left/],
  ['a leader’s, where no look was made before the load', looking(afterLoad, { beings: [leading(1, 2_000)] }), 'inconclusive', /^1 advisory lock .* no look before the load/],
  ['a leader’s, where a probe gave no answer before the load', looking((look) => (afterLoad(look) === null ? { ...look, missed: ['postgres'], members: [] } : look), { beings: [leading(1, 2_000)] }), 'inconclusive'],
  ['left by a request, where no look was made before the load', looking(afterLoad, { beings: [leading(1, startOf(4) + 100)] }), 'leak'],
  ['none at all, where no look was made before the load', looking(afterLoad), 'pass'],
  ['held by a page whose query works on after its client has left', { beings: [session({ pid: 1, ...page, advisoryLocks: 1, state: 'active', waitEvent: 'DataFileRead' })], unquiet: notQuiet }, 'pass'],
  ['held between two of its queries', { beings: [session({ pid: 1, ...page, advisoryLocks: 1, stateAgeMs: 20 })], unquiet: notQuiet }, 'pass'],
  ['held while it computes', { beings: [computing(), session({ pid: 1, ...page, advisoryLocks: 1, clientPort: 5_001 })], unquiet: notQuiet }, 'pass'],
  ['held by an idle session, where the server is not at rest', { beings: [session({ pid: 1, ...page, advisoryLocks: 1 })], unquiet: notQuiet }, 'leak'],
])

claims(noSocketStays, [
  ['none', {}, 'pass'],
  ['two', { beings: [process({ pid: 1, closeWait: 2 })] }, 'leak'],
  ['two declared', { beings: [process({ pid: 1, closeWait: 2 })], limits: { closeWait: 2 } }, 'pass'],
  ['the client’s of a page that computes on', { beings: [computing({ closeWait: 1 })], unquiet: notQuiet }, 'pass'],
  ['the client’s of a page whose query works on', { beings: [process({ pid: 10, ...page, databasePorts: [5_001], closeWait: 1 }), session({ pid: 1, ...page, clientPort: 5_001, state: 'active', waitEvent: 'DataFileRead' })], unquiet: notQuiet }, 'pass'],
  ['the client’s of a page whose query waits for a lock', { beings: [process({ pid: 10, ...page, databasePorts: [5_001], closeWait: 1 }), session({ pid: 1, ...page, clientPort: 5_001, state: 'active', waitEvent: 'transactionid' })], unquiet: notQuiet }, 'leak'],
  ['one of a process that does nothing, where the server is not at rest', { beings: [computing(), process({ pid: 11, closeWait: 1 })], unquiet: notQuiet }, 'leak'],
  ['one of a process that computes in a rest that is quiet all the same', { beings: [computing({ closeWait: 1 })] }, 'leak'],
])

const pool = [process({ pid: 10, databasePorts: [5_001] }), session({ pid: 1, clientPort: 5_001 })]

claims(everySessionHasItsProcess, [
  ['all owned', { beings: pool }, 'pass'],
  ['one whose owner was killed', { beings: [...pool, session({ pid: 2, clientPort: 5_002, ...born })] }, 'leak'],
  ['none owned: a pooler in between', { beings: [session({ pid: 2, clientPort: 5_002, ...born })] }, 'not judged'],
  ['another client’s', { beings: [...pool, session({ pid: 2, clientPort: 5_002, ...born, user: 'reporting' })] }, 'pass'],
  ['over a unix socket', { beings: [...pool, session({ pid: 2, clientPort: null, ...born })] }, 'pass'],
  ['there before the load', { beings: [...pool, session({ pid: 2, clientPort: 5_002 })] }, 'pass'],
  ['a cron job’s, for three seconds', { beings: [...pool, session({ pid: 2, clientPort: 5_002, fromMs: loadEndOf(last) + 5_500, untilMs: loadEndOf(last) + 8_500 })] }, 'pass'],
  ['whose owner was only missed: processes are read first', { beings: [process({ pid: 10, databasePorts: [5_001] }), session({ pid: 1, clientPort: 5_001 }), session({ pid: 2, clientPort: 5_002, ...born }), process({ pid: 11, databasePorts: [5_002], fromMs: startOf(last + 1) })] }, 'pass'],
  ['held by a child alone', { beings: [...pool, session({ pid: 2, clientPort: 5_002, ...born }), process({ pid: 11, parentPid: 1, databasePorts: [5_002], ...born })] }, 'pass'],
])

const ended = { kind: 'server-log', pid: 5, severity: 'FATAL', sqlstate: '57P05', message: 'terminating connection' } as const
const logged = (sqlstate: string, pid: number = ended.pid): Run => ({ also: [{ ...ended, pid, sqlstate, atMs: startOf(4) + 1 }] })

claims(noSessionWasEnded, [
  ['an empty log', {}, 'pass'],
  ['idle_in_transaction_session_timeout', logged('25P03'), 'leak'],
  ['transaction_timeout', logged('25P04'), 'leak'],
  ['idle_session_timeout', logged('57P05'), 'leak'],
  ['so often that no more lines are kept', { also: Array.from({ length: 120 }, (_, i) => ({ ...ended, pid: 100 + i, atMs: startOf(4) + i })) }, 'leak', /^the server had to end 100 sessions or more: /],
  ['idle_session_timeout, of the session that is planted for it', logged('57P05', 9_006), 'pass'],
  ['another error', logged('53300'), 'pass'],
  ['the planted sessions, where time-outs are on', logged('25P03', 9_001), 'pass'],
  ['one that is being planted, by a control that fails before it can tell', untold(), 'pass'],
  ['one of the application’s at that moment, which had been there', untold({ beings: [session({ pid: 9_006 })] }), 'leak'],
  ['one of the application’s before the planting', untold(logged('57P05')), 'leak'],
  ['one of the application’s after it', untold({ also: [{ ...ended, atMs: startOf(last + 1) + 4_500 }] }), 'leak'],
])

/** A run whose control never told what it planted. */
function untold(run: Run = {}): Timeline {
  return fold(factsOf(run), entriesOf(run).filter(({ kind }) => kind !== 'control').map((entry, n) => ({ ...entry, n })))
}

/** Its first query ends between the first look of the rest and the second; the next one grows old. */
function oneAfterTheOther(moment: Parameters<Being>[0]) {
  const nextAtMs = loadEndOf(last) + 6_200
  return session({ pid: 1, ...born, state: 'active', waitEvent: 'PgSleep', usedAtMs: moment.atMs < nextAtMs ? born.fromMs : nextAtMs })(moment)
}

/** Every nine seconds its wait times out and begins again. */
function waitingAnew(fromMs: number): Being {
  return (moment) => running({ fromMs, waitEvent: 'advisory', query: 'SELECT pg_advisory_lock(1)', usedAtMs: Math.max(fromMs, moment.atMs - (moment.atMs % 9_000)) })(moment)
}

/** One query of 30 s after the other, each on the next session of a pool. */
function polling(fromMs: number): Being {
  return (moment) => {
    const nth = Math.floor(moment.atMs / 30_000)
    return moment.atMs < fromMs ? null : session({ pid: 20 + nth % 3, state: 'active', waitEvent: 'PgSleep', usedAtMs: Math.max(fromMs, nth * 30_000), query: `SELECT poll(${nth})` })(moment)
  }
}

function everNewTransaction(pid: number): Being {
  return (moment) => openTransaction({ pid, begunAtMs: moment.atMs - 6_000, relationLocks: 1 })(moment) && session({ pid, state: 'idle in transaction', transactionAgeMs: (moment.atMs * 7) % 9_000, relationLocks: 1 })(moment)
}

function everNewZombie(moment: Parameters<Being>[0]) {
  return zombie({ fromMs: moment.atMs, pid: 20_000 + (moment.atMs % 9_973) })(moment)
}

function requestProcess({ cpuPerMs = 0, ...given }: { readonly cpuPerMs?: number; readonly untilMs?: number } & Partial<Pick<Process, 'databasePorts' | 'state' | 'runnableThreads'>>): Being {
  return (moment) => process({ pid: 3_216, ...born, request: { method: 'GET', url: '/report' }, cpuMs: 100 + cpuPerMs * moment.atMs, ...given })(moment)
}

/** A server that computes such a page. */
function computing(given: Partial<Pick<Process, 'closeWait'>> = {}): Being {
  return (moment) => process({ pid: 10, ...page, databasePorts: [5_001], cpuMs: moment.atMs, ...given })(moment)
}

function running(given: Partial<Parameters<typeof session>[0]>): Being {
  return session({ pid: 1, ...born, state: 'active', ...given })
}

/** By the server's clock from cycle 5 on. */
function setBack(being: Being): Being {
  return (moment) => {
    const member = being(moment)
    if (member?.kind !== 'session' || moment.atMs < startOf(5)) return member
    return { ...member, transactionAgeMs: (member.transactionAgeMs ?? 0) - 3_600_000, stateAgeMs: (member.stateAgeMs ?? 0) - 3_600_000 }
  }
}

/** Before cycle 6 on one clock with the run, and an hour ahead of it from there on. */
function setForward(being: Being): Being {
  return (moment) => {
    const member = being(moment)
    if (member?.kind !== 'session') return member
    if (moment.atMs < startOf(6)) return { ...member, seenAtMs: epochOf(moment.atMs) }
    return { ...member, transactionAgeMs: member.transactionAgeMs === null ? null : member.transactionAgeMs + 3_600_000 }
  }
}

/** A session that holds a lock, by default not used since it took it. */
function leading(pid: number, fromMs: number, { untilMs, used = () => fromMs, query = 'SELECT pg_advisory_lock(1)' }: { readonly untilMs?: number; readonly used?: (atMs: number) => number; readonly query?: string } = {}): Being {
  return (moment) => session({ pid, fromMs, advisoryLocks: 1, query, usedAtMs: Math.max(fromMs, used(moment.atMs)), ...(untilMs !== undefined && { untilMs }) })(moment)
}

/** Used then, and by the nudge as well, which comes before its looks. */
function usedByAll(atMs: number): number {
  const nudgedMs = loadEndOf(firstMeasured + 4) + 7_500
  return atMs >= nudgedMs ? nudgedMs : usedByRequests(atMs)
}

/** Used up to the last of the requests: with the time that a look takes, that seems to be later. */
function usedByTheLast(atMs: number): number {
  const afterTheMidstMs = cycleMs / 4 + 20
  return usedByRequests(atMs - afterTheMidstMs) + afterTheMidstMs
}

/** Used in the middle of each load that has requests, as a session of a pool. */
function usedByRequests(atMs: number): number {
  const usedMs = atMs - ((atMs - startOf(0) - 5_000) % cycleMs)
  return usedMs === startOf(firstMeasured + 1) + 5_000 ? usedMs - cycleMs : usedMs
}

function afterLoad<T extends { readonly atMs: number }>(look: T): T | null {
  return look.atMs < startOf(0) ? null : look
}

/** A session of before the load that holds one advisory lock more from a moment on. */
function lockedFrom(fromMs: number, before: number): Being {
  return (moment) => session({ pid: 1, fromMs: 2_000, advisoryLocks: before + (moment.atMs >= fromMs ? 1 : 0) })(moment)
}

/** A session whose statement fails at a moment, as PostgreSQL shows it: without an age of its transaction. */
function aborted(fromMs: number, { pid = 1, untilMs = Number.POSITIVE_INFINITY } = {}): Being {
  return ({ atMs, ...moment }) => (atMs < fromMs || atMs >= untilMs ? null : session({ pid, fromMs: 2_000, state: 'idle in transaction (aborted)', stateAgeMs: atMs - fromMs, query: 'SELECT 1/0' })({ atMs, ...moment }))
}
