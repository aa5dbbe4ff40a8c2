import { type Being, firstMeasured, hungRequest, loadEndOf, openTransaction, process, type Run, session, startOf, zombie } from './timeline-of.ts'

/** Leaks that a run must find, each born in the cycle that is asked for, or the nearest in which it can be; `nth` keeps their identities apart. */
export const leaks: Readonly<Record<string, (cycle: number, nth: number) => Run>> = {
  'a hung request': (cycle, nth) => ({ beings: hungRequest({ cycle, pid: 6_000 + nth * 2 }) }),
  'a transaction with locks in a pooled session': (cycle, nth) => ({ beings: [openTransaction({ pid: 6_200 + nth, fromMs: duringLoad(cycle), relationLocks: 2 })] }),
  'a transaction with a snapshot': (cycle, nth) => ({ beings: [openTransaction({ pid: 6_400 + nth, fromMs: duringLoad(cycle), holdsXmin: true })] }),
  'an aborted transaction': (cycle, nth) => ({ beings: [session({ pid: 6_500 + nth, fromMs: duringLoad(Math.min(cycle, 6)), state: 'idle in transaction (aborted)' })] }),
  'a query that waits for a lock': (cycle, nth) => ({ beings: [session({ pid: 6_550 + nth, fromMs: duringLoad(cycle), state: 'active', waitEvent: 'transactionid' })] }),
  'a zombie': (cycle, nth) => ({ beings: [zombie({ pid: 6_600 + nth, fromMs: duringLoad(cycle) })] }),
  'a prepared transaction': (cycle, nth) => ({ beings: [({ atMs }) => (atMs < duringLoad(cycle) ? null : { kind: 'prepared-transaction', id: `gid-${nth}`, owner: 'app', ageMs: atMs - duringLoad(cycle) })] }),
  'a replication slot': (cycle, nth) => ({ beings: [({ atMs }) => (atMs < duringLoad(Math.max(cycle, firstMeasured)) ? null : { kind: 'replication-slot', id: `slot_${nth}`, active: false, retainedBytes: 16_777_216 })] }),
  'temporary tables in one session': (cycle, nth) => ({ beings: [3, 4].map((later, i) => temporaryTable(7_200 + nth, nth * 10 + i, duringLoad(Math.min(Math.max(cycle, firstMeasured), 6) + later - 3))) }),
  // One alone that is older than the measured loads may be meant.
  'an advisory lock': (cycle, nth) => ({ beings: [session({ pid: 6_800 + nth, fromMs: duringLoad(Math.max(cycle, firstMeasured)), advisoryLocks: 1 })] }),
  'a socket in CLOSE_WAIT': (cycle, nth) => ({ beings: [({ atMs, ...moment }) => process({ pid: 7_000 + nth, closeWait: atMs > duringLoad(cycle) ? 1 : 0 })({ atMs, ...moment })] }),
  'a session whose process is gone': (cycle, nth) => ({
    beings: [process({ pid: 7_100 + nth, databasePorts: [30_000 + nth] }), session({ pid: 7_300 + nth, clientPort: 30_000 + nth, applicationName: 'batch' }), session({ pid: 7_400 + nth, fromMs: duringLoad(Math.min(cycle, 6)), clientPort: 31_000 + nth, applicationName: 'batch' })],
  }),
  'a session that the server had to end': (cycle, nth) => ({ also: [{ kind: 'server-log', pid: 7_500 + nth, severity: 'FATAL', sqlstate: '25P03', message: 'terminating connection due to idle-in-transaction timeout', atMs: startOf(cycle) + 6_000 + nth }] }),
  'a connection of a client that vanished': (cycle, nth) => ({
    beings: [(moment) => process({ pid: 7_600 + nth, vanishedClients: moment.atMs > duringLoad(cycle) ? 1 : 0 })(moment)],
    limits: { vanishedClientMs: 6_000 },
    also: [vanishing(cycle)],
  }),
  'a steady table that grows': (cycle, nth) => ({
    beings: [({ atMs }) => (atMs < duringLoad(cycle) ? null : { kind: 'table', id: `public.product_${nth}`, rows: 140, bytes: 16_384, grownRows: 40, grownBytes: 8_192 })],
    limits: { steadyTables: Array.from({ length: nth + 1 }, (_, i) => `product_${i}`) },
  }),
  'a lost place of the pool': () => ({ limits: { workers: 1 }, also: [place('before-load', 4, 100), place('after-load', 3, startOf(8) - 50)] }),
}

/** What only its growth shows, from cycle to cycle with the dose: no rest alone convicts it. */
export const growths: Readonly<Record<string, (nth: number) => Run>> = {
  descriptors: (nth) => ({ beings: [(moment) => process({ pid: 8_000 + nth, descriptors: 20 + grownAt(moment) })(moment)] }),
  threads: (nth) => ({ beings: [(moment) => process({ pid: 8_100 + nth, threads: 7 + grownAt(moment) })(moment)] }),
  'idle sessions': (nth) => ({ beings: grown((pid, fromMs) => session({ pid, fromMs }), 10_000 + nth * 100) }),
  children: (nth) => ({ beings: grown((pid, fromMs) => process({ pid, fromMs }), 20_000 + nth * 100) }),
  'temporary tables': (nth) => ({ beings: grown((pid, fromMs) => temporaryTable(pid, pid, fromMs, 'batch'), 30_000 + nth * 100) }),
}

/** The rule that finds each of them. */
export const ruleOf: Readonly<Record<string, string>> = {
  'a hung request': 'no request process outlives its request',
  'a transaction with locks in a pooled session': 'no transaction outlives its request',
  'a transaction with a snapshot': 'no transaction outlives its request',
  'an aborted transaction': 'no aborted transaction stays',
  'a query that waits for a lock': 'no query runs with nothing in flight',
  'a zombie': 'no zombie stays',
  'a prepared transaction': 'no prepared transaction stays',
  'a replication slot': 'no replication slot stays',
  'temporary tables in one session': 'temporary tables do not grow with the dose',
  'an advisory lock': 'no advisory lock stays',
  'a socket in CLOSE_WAIT': 'no socket stays half closed',
  'a session whose process is gone': 'every session has its process',
  'a session that the server had to end': 'no session was ended by a server time-out',
  'a connection of a client that vanished': 'no vanished client keeps its connection',
  'a steady table that grows': 'no steady table grows',
  'a lost place of the pool': 'no place of the pool is lost',
  descriptors: 'descriptors do not grow with the dose',
  threads: 'threads do not grow with the dose',
  'idle sessions': 'sessions do not grow with the dose',
  children: 'processes do not grow with the dose',
  'temporary tables': 'temporary tables do not grow with the dose',
}

const duringLoad = (cycle: number): number => startOf(cycle) + 900

/** One for every twenty requests of the usual doses. */
const perCycle = [2, 2, 2, 1, 0, 2, 4, 1]

/** How many of them there are at a moment. */
export const grownAt = ({ atMs }: { readonly atMs: number }): number => perCycle.reduce((sum, rise, cycle) => (atMs >= duringLoad(cycle) ? sum + rise : sum), 0)

const grown = (make: (pid: number, fromMs: number) => Being, firstPid: number): readonly Being[] =>
  perCycle.flatMap((rise, cycle) => Array.from({ length: rise }, (_, i) => make(firstPid + cycle * 10 + i, duringLoad(cycle))))

export const temporaryTable = (sessionPid: number, oid: number, fromMs: number, name = `batch_${oid}`): Being => ({ atMs }) => (atMs < fromMs ? null : { kind: 'temporary-table', id: String(16_000 + oid), name, sessionPid })

/** Of the load of this cycle one client vanished. */
export const vanishing = (cycle: number) => ({ kind: 'rude' as const, cycle, manners: [{ manner: 'vanish', planned: 1, performed: 1, notes: [] }], atMs: loadEndOf(cycle) - 1 })

const place = (when: 'before-load' | 'after-load', parallel: number, atMs: number) => ({ kind: 'capacity' as const, when, asked: 4, parallel, tries: [parallel], atMs })
