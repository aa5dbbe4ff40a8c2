import { temporaryTable, vanishing } from './leaks.ts'
import { type Being, firstMeasured, loadEndOf, openTransaction, process, type Run, session, startOf, zombie } from './timeline-of.ts'

/** Healthy applications that look like leaks, by the names of the zoo; each as what lives in a run of `timelineOf`. */
export const lookAlikes: Readonly<Record<string, Run>> = {
  'H01 a pool that fills to its maximum, then is flat': {
    beings: owned(10, pooled({ perCycle: [4, 2, 0, 2, 0, 1, 1, 0], firstPid: 1_000 })),
  },
  'H02 a pool that renews its sessions: as many, all of them new': {
    beings: owned(11, eachCycle((cycle) => many(6, (i) => session({ pid: 2_000 + cycle * 10 + i, fromMs: startOf(cycle) + 500, untilMs: startOf(cycle + 1) + 500 })))),
  },
  'H03 idle sessions that close only with the next request': {
    beings: owned(12, many<Being>(8, (i) => (moment) => (moment.reading === 'nudged' ? null : session({ pid: 3_000 + i, fromMs: startOf(0) + 200 })(moment)))),
  },
  'H05 a session that rests in LISTEN': {
    beings: owned(13, [session({ pid: 3_100, query: 'LISTEN jobs' })]),
  },
  'H07 a server that starts spare workers up to its maximum, and recycles them': {
    beings: [
      ...[0, 0, 1, 3, 4].map((cycle, i) => process({ pid: 3_200 + i, fromMs: startOf(cycle) + 300 })),
      ...eachCycle((cycle) => [process({ pid: 3_300 + cycle, fromMs: startOf(cycle) + 600, untilMs: startOf(cycle + 1) + 600 })]),
    ],
  },
  'H08 descriptors that come and go with keep-alive': {
    beings: [(moment) => process({ pid: 3_400, descriptors: 20 + ((moment.atMs / 500) % 3) * 8 })(moment)],
  },
  'H09 a report that is idle in its transaction for four seconds, and ends': {
    beings: owned(14, eachCycle((cycle) => [openTransaction({ pid: 3_500 + cycle, fromMs: loadEndOf(cycle) + 3_000, untilMs: loadEndOf(cycle) + 7_800, relationLocks: 2, holdsXmin: true })])),
    also: [{ kind: 'beat', counters: { 'pg.transactions-ended': 120, 'pg.transactions-ended-p999-ms': 4_000 }, atMs: 500 }],
  },
  'H11 a cron job that is connected for three seconds at a time': {
    beings: owned(15, [session({ pid: 3_599 }), ...eachCycle((cycle) => many(4, (i) => session({ pid: 3_600 + cycle * 10 + i, fromMs: loadEndOf(cycle) + 5_000, untilMs: loadEndOf(cycle) + 8_000 })))]),
  },
  'session set-up that leaves a transaction open which holds nothing': {
    beings: owned(16, many(5, (i) => openTransaction({ pid: 3_700 + i, fromMs: startOf(0) + 300 }))),
  },
  'a long page that goes on after its client has left, and ends': {
    beings: owned(17, [session({ pid: 3_800, fromMs: loadEndOf(firstMeasured) - 1_000, untilMs: loadEndOf(firstMeasured) + 8_000, state: 'active', waitEvent: 'DataFileRead', transactionAgeMs: 9_000, relationLocks: 4 })]),
    unquiet: (cycle) => (cycle === firstMeasured ? '1 queries running' : undefined),
  },
  'a long page that computes on, with a lock, a child and the socket of the client that left': {
    beings: [
      (moment) => process({ pid: 29, databasePorts: [44_050], ...(isPageOn(moment) && { cpuMs: moment.atMs, closeWait: 1 }) })(moment),
      (moment) => session({ pid: 4_050, ...(isPageOn(moment) && { advisoryLocks: 1 }) })(moment),
      (moment) => (isPageOn(moment) ? zombie({ pid: 30, fromMs: page.fromMs, parentPid: 29 })(moment) : null),
    ],
    unquiet: (cycle) => (cycle === firstMeasured ? 'the application uses 98 % of a core' : undefined),
  },
  'a transaction that fails in each load, and that the next use rolls back': {
    beings: owned(18, eachCycle((cycle) => [session({ pid: 3_900 + cycle, fromMs: startOf(cycle) + 400, untilMs: startOf(cycle + 1) + 400, state: 'idle in transaction (aborted)' })])),
  },
  'an elected leader: its advisory lock is older than the load': {
    beings: owned(19, [session({ pid: 4_000, advisoryLocks: 1 })]),
  },
  'a leader that the first request elects, and that asks for a sign of life now and then': {
    beings: owned(25, [(moment) => session({ pid: 4_010, fromMs: startOf(0) + 300, advisoryLocks: 1, usedAtMs: Math.max(startOf(0) + 300, moment.atMs - (moment.atMs % 3_700)), ...(moment.atMs > startOf(1) && { query: '-- ping' }) })(moment)]),
    doses: [20, 0, 40, 80, 40],
  },
  'a reader of changes that makes its slot with the first request': {
    beings: [({ atMs }) => (atMs < startOf(0) + 300 ? null : { kind: 'replication-slot', id: 'changes', active: true, retainedBytes: 56 })],
    doses: [20, 0, 40, 80, 40],
  },
  'a session that rests in LISTEN from the third load on': {
    beings: owned(26, [session({ pid: 4_020, fromMs: startOf(firstMeasured) + 300, query: 'LISTEN jobs' })]),
  },
  'a queue that is polled by one long query after the other, on any session of its pool': {
    beings: owned(27, many<Being>(3, (i) => (moment) => {
      const nth = Math.floor(moment.atMs / 30_000)
      const isPolling = nth % 3 === i
      return session({ pid: 4_030 + i, usedAtMs: Math.max(2_000, (nth - (isPolling ? 0 : 1)) * 30_000), query: `SELECT poll(${nth})`, ...(isPolling && { state: 'active', waitEvent: 'PgSleep', transactionAgeMs: moment.atMs % 30_000, holdsXmin: true }) })(moment)
    })),
  },
  'a stream of changes that is older than the load': {
    beings: owned(28, [session({ pid: 4_040, state: 'active', waitEvent: 'WalSenderMain', query: 'START_REPLICATION SLOT "changes" LOGICAL 0/16B3748' })]),
  },
  'a replica: its slot is older than the load': {
    beings: [() => ({ kind: 'replication-slot', id: 'replica', active: true, retainedBytes: 0 })],
  },
  'a temporary table that each session of a pool makes once': {
    beings: [...owned(20, pooled({ perCycle: [3, 1, 0, 1, 0, 0, 0, 0], firstPid: 4_100 })), ...[4_100, 4_101, 4_102, 4_120, 4_160].map((pid) => temporaryTable(pid, pid, startOf(Math.floor((pid - 4_100) / 20)) + 200, 'cart'))],
  },
  'threads of a pool that fills': {
    beings: [(moment) => process({ pid: 21, threads: [9, 10, 10, 12, 12, 13, 13, 13][moment.cycle ?? 7] ?? 7 })(moment)],
  },
  'sockets that are half closed for a moment, a zombie before its parent’s wait and a prepared transaction before its commit': {
    beings: [
      (moment) => process({ pid: 22, closeWait: isAtLastLook(moment) ? 3 : 0 })(moment),
      (moment) => (isAtLastLook(moment) ? zombie({ pid: 23, fromMs: 2_000 })(moment) : null),
      (moment) => (isAtLastLook(moment) ? { kind: 'prepared-transaction', id: 'order-1', owner: 'app', ageMs: 20 } : null),
    ],
  },
  'connections of clients that vanished, which nobody has declared': {
    beings: [(moment) => process({ pid: 24, vanishedClients: Math.max(0, (moment.cycle ?? 7) - firstMeasured) * 2 })(moment)],
    also: [vanishing(firstMeasured)],
  },
}

const page = { fromMs: loadEndOf(firstMeasured) - 1_000, untilMs: loadEndOf(firstMeasured) + 8_000 }

const isPageOn = ({ atMs }: Parameters<Being>[0]): boolean => page.fromMs <= atMs && atMs < page.untilMs

/** At the last of the three looks after a load, and neither before nor after it. */
function isAtLastLook({ atMs, cycle }: Parameters<Being>[0]): boolean {
  return cycle !== null && atMs >= loadEndOf(cycle) + 6_800 && atMs < loadEndOf(cycle) + 7_500
}

/** These, with a long-lived process that holds the client's end of each session while it lives. */
function owned(pid: number, beings: readonly Being[]): readonly Being[] {
  const portsAt = (moment: Parameters<Being>[0]): readonly number[] => beings.flatMap((being) => {
    const member = being(moment)
    return member?.kind === 'session' && member.clientPort !== null ? [member.clientPort] : []
  })
  return [(moment) => process({ pid, databasePorts: portsAt(moment) })(moment), ...beings]
}

/** Sessions that are born in each cycle, warm-up first, and stay. */
export function pooled({ perCycle, firstPid }: { readonly perCycle: readonly number[]; readonly firstPid: number }): readonly Being[] {
  return perCycle.flatMap((births, cycle) => many(births, (i) => session({ pid: firstPid + cycle * 20 + i, fromMs: startOf(cycle) + 100 })))
}

/** What both live in, told as one run. */
export const together = (one: Run, other: Run): Run => ({
  ...one,
  ...other,
  beings: [...(one.beings ?? []), ...(other.beings ?? [])],
  also: [...(one.also ?? []), ...(other.also ?? [])],
  limits: { ...one.limits, ...other.limits },
  unquiet: (cycle) => one.unquiet?.(cycle) ?? other.unquiet?.(cycle),
})

function eachCycle(make: (cycle: number) => readonly Being[]): readonly Being[] {
  return many(8, make).flat()
}

function many<T>(n: number, make: (i: number) => T): readonly T[] {
  return Array.from({ length: n }, (_, i) => make(i))
}
