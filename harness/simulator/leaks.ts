import type { Cause } from '../verdict/rate.ts'
import type { HealClass } from '../verdict/verdict.ts'
import { openTransaction, process, session, zombie } from './beings.ts'
import type { Random } from './random.ts'
import type { Inhabitant, Moment, World } from './world.ts'

/** How a simulated application leaks. */
export type Leak = {
  readonly kind: LeakKind
  readonly cause: Cause
  /** Births per request of its route, per hour, or at the start. */
  readonly rate: number
  /** The route whose requests leak; null: all do. */
  readonly route: string | null
  readonly heal: Extract<HealClass, 'permanent' | 'on nudge' | 'at collection' | 'by time-out'>
}

/** A leaking application, and when it leaked. */
export type Leaking = World & { readonly bornAtMs: readonly number[] }

type Life = { readonly pid: number; readonly fromMs: number; readonly isLeft: (moment: Moment) => boolean }

/** What one loss of each kind looks like; those of one owner are told by it together. */
const kinds = {
  'transaction in a pooled session': { one: ({ pid, fromMs, isLeft }: Life): Inhabitant => (moment) => (moment.atMs >= fromMs && isLeft(moment) ? openTransaction({ pid, begunAtMs: fromMs, relationLocks: 1, holdsXmin: true })(moment) : session({ pid })(moment)) },
  'aborted transaction in a pooled session': { one: ({ pid, fromMs, isLeft }: Life): Inhabitant => (moment) => session({ pid, ...(moment.atMs >= fromMs && isLeft(moment) && { usedAtMs: fromMs, state: 'idle in transaction (aborted)' }) })(moment) },
  'hung request': { one: ({ pid, fromMs, isLeft }: Life): Inhabitant => whileLeft(isLeft, process({ pid, fromMs, command: 'node drproject.cgi', waitChannel: 'futex_do_wait', request: { method: 'GET', url: `/timeline?n=${pid}` } })) },
  zombie: { one: ({ pid, fromMs, isLeft }: Life): Inhabitant => whileLeft(isLeft, zombie({ pid, fromMs })) },
  'advisory lock': { one: ({ pid, fromMs, isLeft }: Life): Inhabitant => (moment) => session({ pid, ...(moment.atMs >= fromMs && isLeft(moment) && { advisoryLocks: 1 }) })(moment) },
  'prepared transaction': { one: ({ pid, fromMs, isLeft }: Life): Inhabitant => (moment) => (moment.atMs >= fromMs && isLeft(moment) ? { kind: 'prepared-transaction', id: `gid-${pid}`, owner: 'app', ageMs: moment.atMs - fromMs } : null) },
  'replication slot': { one: ({ pid, fromMs, isLeft }: Life): Inhabitant => (moment) => (moment.atMs >= fromMs && isLeft(moment) ? { kind: 'replication-slot', id: `slot_${pid}`, active: false, retainedBytes: 1e6 } : null) },
  'query that waits': { one: ({ pid, fromMs, isLeft }: Life): Inhabitant => (moment) => (moment.atMs >= fromMs && isLeft(moment) ? session({ pid, usedAtMs: fromMs, state: 'active', waitEvent: 'relation', transactionAgeMs: moment.atMs - fromMs })(moment) : session({ pid })(moment)) },
  'socket in CLOSE_WAIT': { all: (pid: number, left: (moment: Moment) => number): Inhabitant => (moment) => process({ pid, closeWait: left(moment) })(moment) },
  'temporary table': { one: ({ pid, fromMs, isLeft }: Life): Inhabitant => (moment) => (moment.atMs >= fromMs && isLeft(moment) ? { kind: 'temporary-table', id: String(pid), name: `batch_${pid}`, sessionPid: pid % 4 } : null) },
  descriptor: { all: (pid: number, left: (moment: Moment) => number): Inhabitant => (moment) => process({ pid, descriptors: 30 + left(moment) })(moment) },
  thread: { all: (pid: number, left: (moment: Moment) => number): Inhabitant => (moment) => process({ pid, threads: 7 + left(moment) })(moment) },
  'session that never ran a query': { one: ({ pid, fromMs, isLeft }: Life): Inhabitant => whileLeft(isLeft, session({ pid, fromMs, queryAgeMs: null, query: '' })) },
  session: { one: ({ pid, fromMs, isLeft }: Life): Inhabitant => whileLeft(isLeft, session({ pid, fromMs })) },
  process: { one: ({ pid, fromMs, isLeft }: Life): Inhabitant => whileLeft(isLeft, process({ pid, fromMs, command: 'git gc', parentPid: 1 })) },
} satisfies Readonly<Record<string, { readonly one: (life: Life) => Inhabitant } | { readonly all: (pid: number, left: (moment: Moment) => number) => Inhabitant }>>

export type LeakKind = keyof typeof kinds
export const leakKinds = Object.keys(kinds) as readonly LeakKind[]

/** No run is longer, in milliseconds. What leaks by the hour is drawn up to here at once, since it depends on no load. */
const longestMs = 600_000

/** An application with this leak. Things are left by chance at its rate (Poisson); at a rate of one, by each request. */
export function leaking({ kind, cause, rate, route, heal }: Leak, random: Random, pids: () => number): Leaking {
  const bornAtMs: number[] = []
  const timeOutMs = random.within(25_000, 70_000)
  // A load nudges as well as a nudge does.
  const loadsMs: number[] = []
  const isNudged = (fromMs: number, { atMs, nudged }: Moment): boolean => nudged || loadsMs.some((startMs) => fromMs < startMs && startMs <= atMs)
  const isLeftOf = (fromMs: number) => (moment: Moment): boolean => (heal === 'on nudge' ? !isNudged(fromMs, moment) : heal === 'at collection' ? !moment.collected : heal === 'by time-out' ? moment.atMs < fromMs + timeOutMs : true)
  const how = kinds[kind]
  // Its sessions have an owner that lives: a session without one would be found for that alone.
  const ports: number[] = []
  const born = (fromMs: number): readonly Inhabitant[] => {
    bornAtMs.push(fromMs)
    const pid = pids()
    if (kind !== 'hung request') ports.push(40_000 + pid)
    return 'one' in how ? [how.one({ pid, fromMs, isLeft: isLeftOf(fromMs) })] : []
  }
  const left = (moment: Moment): number => bornAtMs.filter((fromMs) => fromMs <= moment.atMs && isLeftOf(fromMs)(moment)).length
  const times: number[] = []
  if (cause === 'per hour') for (let atMs = 3_300; atMs < longestMs; atMs += random.exponential(3_600_000 / rate)) if (atMs > 3_300) times.push(atMs)

  return {
    bornAtMs,
    ...(heal === 'at collection' && { collects: true as const }),
    boot: [process({ pid: pids(), databasePorts: ports }), ...('all' in how ? [how.all(pids(), left)] : []), ...times.flatMap(born)],
    cycle: ({ cycle, routes, startMs, endMs }) => {
      const requests = Object.entries(routes).reduce((sum, [name, sent]) => sum + (route === null || name === route ? sent : 0), 0)
      if (requests > 0) loadsMs.push(startMs)
      const births = cause === 'per request' ? (rate >= 1 ? requests * rate : random.poisson(rate * requests)) : cause === 'at start-up' && cycle === 0 ? rate : 0
      return Array.from({ length: births }, () => born(random.within(startMs, endMs))).flat()
    },
  }
}

const whileLeft = (isLeft: (moment: Moment) => boolean, being: Inhabitant): Inhabitant => (moment) => (isLeft(moment) ? being(moment) : null)
