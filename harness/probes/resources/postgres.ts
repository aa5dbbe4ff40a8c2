import { DDSketch } from '@datadog/sketches-js'
import type { Member, Session } from '../../timeline/member.ts'
import { monitorName, openMonitor, type Monitor } from '../monitor.ts'
import type { Probe } from '../probe.ts'

/** Sessions by identity, their transactions and locks, prepared transactions, replication slots, and the server's own identity. */
export default {
  name: 'postgres',
  watches: 'every session of PostgreSQL by identity, its state, transaction and locks; prepared transactions and replication slots',
  open: async (stack) => {
    const monitor = await openMonitor(stack.database.adminUri, 'activity')
    const ended = endedTransactions()
    const taken = advisoryLocks()
    return {
      beat: async (signal) => {
        const [row] = await monitor.query<Beat>(beatSql, [monitorName], signal)
        if (!row) throw new Error('pg_stat_activity gave no row')
        taken.observe(row)
        return { ...countersOf(row), ...ended.observe(row.open) }
      },
      look: async (signal) => {
        const [row] = await monitor.query<Beat>(beatSql, [monitorName], signal)
        if (!row) throw new Error('pg_stat_activity gave no row')
        taken.observe(row)
        const members = await membersNow(monitor, signal)
        return { counters: { ...countersOf(row), 'pg.wal-retained-bytes': mostRetained(members) }, members: members.map((member) => (member.kind === 'session' && member.seenAtMs !== undefined && member.advisoryLocks > 0 ? { ...member, locksTaken: taken.by(member.id) } : member)) }
      },
      [Symbol.asyncDispose]: () => monitor[Symbol.asyncDispose](),
    }
  },
} satisfies Probe

/**
 * The sessions that count: client backends and walsenders, which clients hold. Autovacuum, background workers and the rest belong to the server and come and go without any client. The
 * monitor's own sessions are told by name and role, and counted apart, so that a leak of the harness would show.
 */
const activity = `
  SELECT * FROM (
    SELECT *, (application_name LIKE $1 || '%' AND usename = current_user) AS ours
    FROM pg_stat_activity WHERE backend_type IN ('client backend', 'walsender')
  ) AS sessions`

type Counts = { backends: number; active: number; idle: number; idle_in_transaction: number; oldest_ms: number; ours: number; prepared: number; statistics: Statistics }
/** From pg_stat_database, summed over all databases. A session is counted at its first rest, some seconds late on a busy server. */
type Statistics = { opened: number; abandoned: number; fatal: number; killed: number; resetMs: number }
type OpenTransaction = { readonly key: string; readonly ageMs: number; /** The harness keeps it waiting: how long it takes says nothing of the application. */ readonly waits: boolean }
/** `locks` are the advisory locks of sessions, each by a key of its own; `nowMs` the server's clock. */
type Beat = Counts & { readonly open: OpenTransaction[]; readonly locks: Lock[]; readonly nowMs: number }
/** `of` is what is locked, whoever holds it; `usedMs` when its session was last at work. */
type Lock = { readonly session: string; readonly key: string; readonly of: string; readonly usedMs: number }

/** How many advisory locks are dated: a leak of thousands is recognised by its first, and must not weigh on five beats a second. All of them are counted. */
const mostLocks = 1_000

/** Whether it stands before a lock of the harness (experiment/ask-behind-locks.ts). */
const waitsForUs = `CASE WHEN wait_event_type = 'Lock' THEN EXISTS (SELECT FROM pg_stat_activity AS other WHERE other.application_name = $1 || '-locks' AND other.xact_start IS NOT NULL AND other.pid = ANY (pg_blocking_pids(counted.pid))) ELSE false END`

const beatSql = `
  SELECT count(*) FILTER (WHERE NOT ours)::int AS backends,
         count(*) FILTER (WHERE NOT ours AND state = 'active')::int AS active,
         count(*) FILTER (WHERE NOT ours AND state = 'idle')::int AS idle,
         count(*) FILTER (WHERE NOT ours AND state LIKE 'idle in transaction%')::int AS idle_in_transaction,
         coalesce(max(extract(epoch FROM clock_timestamp() - xact_start) * 1000) FILTER (WHERE NOT ours), 0)::float AS oldest_ms,
         count(*) FILTER (WHERE ours)::int AS ours,
         (SELECT count(*) FROM pg_prepared_xacts)::int AS prepared,
         (SELECT json_build_object('opened', coalesce(sum(sessions), 0), 'abandoned', coalesce(sum(sessions_abandoned), 0), 'fatal', coalesce(sum(sessions_fatal), 0),
                                   'killed', coalesce(sum(sessions_killed), 0), 'resetMs', coalesce(floor(extract(epoch FROM max(stats_reset)) * 1000), 0))
          FROM pg_stat_database) AS statistics,
         (SELECT coalesce(json_agg(json_build_object('session', session, 'key', key, 'of', locked, 'usedMs', used_ms)), '[]') FROM (
            SELECT holder.pid || '@' || floor(extract(epoch FROM backend_start) * 1000) AS session, concat_ws(' ', backend_start, held.pid, database, classid, objid, objsubid, mode) AS key,
                   concat_ws(' ', database, classid, objid, objsubid) AS locked, ceil(extract(epoch FROM CASE WHEN state LIKE 'idle%' THEN state_change ELSE clock_timestamp() END) * 1000)::float AS used_ms
            FROM pg_locks AS held JOIN pg_stat_activity AS holder ON holder.pid = held.pid WHERE locktype = 'advisory' AND granted
            ORDER BY backend_start, held.pid, database, classid, objid, objsubid, mode LIMIT ${mostLocks}) AS dated) AS locks,
         round(extract(epoch FROM clock_timestamp()) * 1000)::float AS "nowMs",
         coalesce(json_agg(json_build_object('key', pid || '@' || xact_start, 'waits', ${waitsForUs}, 'ageMs', extract(epoch FROM clock_timestamp() - xact_start) * 1000))
           FILTER (WHERE NOT ours AND xact_start IS NOT NULL), '[]') AS open
  FROM (${activity}) AS counted`

const countersOf = (row: Counts) => ({
  'pg.backends': row.backends,
  'pg.active': row.active,
  'pg.idle': row.idle,
  'pg.idle-in-transaction': row.idle_in_transaction,
  'pg.oldest-transaction-ms': Math.round(row.oldest_ms),
  'pg.prepared-transactions': row.prepared,
  'pg.sessions-opened': row.statistics.opened,
  'pg.sessions-abandoned': row.statistics.abandoned,
  'pg.sessions-fatal': row.statistics.fatal,
  'pg.sessions-killed': row.statistics.killed,
  'pg.statistics-reset-ms': row.statistics.resetMs,
  'harness.backends': row.ours,
})

/** The ages at which transactions were last seen open before they ended: what is normal under this load. In bounded memory, with a relative error of 1 %. */
function endedTransactions() {
  const sketch = new DDSketch({ relativeAccuracy: 0.01 })
  let open = new Map<string, number>()
  const kept = new Set<string>()
  return {
    observe: (now: readonly OpenTransaction[]) => {
      const keys = new Set(now.map(({ key }) => key))
      for (const key of kept) if (!keys.has(key)) kept.delete(key)
      for (const { key, waits } of now) if (waits) kept.add(key)
      for (const [key, ageMs] of open) if (!keys.has(key)) sketch.accept(ageMs)
      open = new Map(now.flatMap(({ key, ageMs }) => (kept.has(key) ? [] : [[key, ageMs]])))
      if (sketch.count === 0) return {}
      return { 'pg.transactions-ended': sketch.count, 'pg.transactions-ended-p999-ms': Math.round(sketch.getValueAtQuantile(0.999)) }
    },
  }
}

/**
 * Between which two moments each advisory lock that is held was taken, which a pooled session does not tell itself. A lock that the application was seen to give back may have been
 * given back and taken anew between any two beats in which its session was at work; any other was taken once.
 */
function advisoryLocks() {
  let beforeMs: number | null = null
  let held = new Map<string, Lock & { readonly taken: { readonly afterMs: number; readonly byMs: number } | null }>()
  const givenBack = new Set<string>()
  return {
    observe: ({ locks, nowMs }: Pick<Beat, 'locks' | 'nowMs'>): void => {
      const now = new Set(locks.map(({ key }) => key))
      for (const lock of held.values()) if (!now.has(lock.key)) givenBack.add(lock.of)
      // Forgets the oldest: a lock that only one request takes never comes again.
      for (const oldest of givenBack) if (givenBack.size > mostLocks) givenBack.delete(oldest)
      const before = held
      const takenOf = ({ key, of, usedMs }: Lock) => {
        const known = before.get(key)
        if (known === undefined) return beforeMs === null ? null : { afterMs: beforeMs, byMs: nowMs }
        return known.taken !== null && beforeMs !== null && usedMs > beforeMs && givenBack.has(of) ? { ...known.taken, byMs: Math.min(usedMs, nowMs) } : known.taken
      }
      held = new Map(locks.map((lock) => [lock.key, { ...lock, taken: takenOf(lock) }]))
      beforeMs = nowMs
    },
    by: (id: string) => [...held.values()].flatMap(({ session, taken }) => (session === id && taken !== null ? [taken] : [])),
  }
}

/** The most that any slot keeps of the write-ahead log, in bytes. Slots share the log: together they keep one stretch of it, back to where the slowest stands. */
const mostRetained = (members: readonly Member[]): number => Math.max(0, ...members.map((member) => (member.kind === 'replication-slot' ? member.retainedBytes : 0)))

type Row = Omit<Session, 'kind' | 'id' | 'seenAtMs' | 'locksTaken'> & { readonly seenAtMs: number }
type Others = { prepared: { id: string; owner: string; ageMs: number; seenAtMs: number }[]; slots: { id: string; active: boolean; retainedBytes: number }[]; startedAtMs: number }

async function membersNow(monitor: Monitor, signal: AbortSignal): Promise<Member[]> {
  const askedAtMs = Date.now()
  const sessions = await monitor.query<Row>(sessionsSql, [monitorName], signal)
  const [others] = await monitor.query<Others>(othersSql, [], signal)
  const answeredAtMs = Date.now()
  if (!others) throw new Error('pg_postmaster_start_time gave no row')
  // If the server's clock is not the harness's, its moments must not be compared with those of the load.
  const onOneClock = <T extends { readonly seenAtMs: number }>({ seenAtMs, ...row }: T) => (seenAtMs >= askedAtMs - clocksWithinMs && seenAtMs <= answeredAtMs + clocksWithinMs ? { ...row, seenAtMs } : row)
  return [
    { kind: 'server', id: `postgresql@${others.startedAtMs}`, name: 'postgresql' },
    ...sessions.map((session) => ({ kind: 'session' as const, id: `${session.pid}@${session.backendStartMs}`, ...onOneClock(session) })),
    ...others.prepared.map((prepared) => ({ kind: 'prepared-transaction' as const, ...onOneClock(prepared) })),
    ...others.slots.map((slot) => ({ kind: 'replication-slot' as const, ...slot })),
  ]
}

/** By how much clocks may differ that count as one: containers share the clock of their host, and across a network clocks kept by NTP differ by less. */
const clocksWithinMs = 5

/**
 * Ages are by the server's clock at the moment of the row, not of the transaction. Starts are cut and never rounded up: the log cuts them to the second, and a session of 0.9997 s would
 * have another second there. Locks on the session's own virtual transaction say nothing and are left out.
 */
const sessionsSql = `
  SELECT a.pid, floor(extract(epoch FROM backend_start) * 1000)::float AS "backendStartMs", coalesce(usename, '') AS "user", coalesce(datname, '') AS "database",
         application_name AS "applicationName", host(client_addr) AS "clientAddress", nullif(client_port, -1) AS "clientPort", state, wait_event AS "waitEvent",
         round(extract(epoch FROM clock_timestamp() - xact_start) * 1000)::float AS "transactionAgeMs",
         round(extract(epoch FROM clock_timestamp() - state_change) * 1000)::float AS "stateAgeMs",
         round(extract(epoch FROM clock_timestamp() - query_start) * 1000)::float AS "queryAgeMs",
         round(extract(epoch FROM clock_timestamp()) * 1000)::float AS "seenAtMs",
         backend_xid IS NOT NULL AS "holdsXid", backend_xmin IS NOT NULL AS "holdsXmin",
         coalesce(locks.relations, 0)::int AS "relationLocks", coalesce(locks.advisory, 0)::int AS "advisoryLocks", left(query, 2000) AS query
  FROM (${activity}) AS a
  LEFT JOIN (SELECT pid, count(*) FILTER (WHERE locktype = 'relation') AS relations, count(*) FILTER (WHERE locktype = 'advisory') AS advisory
             FROM pg_locks GROUP BY pid) AS locks ON locks.pid = a.pid
  WHERE NOT ours ORDER BY backend_start, a.pid`

const othersSql = `
  SELECT round(extract(epoch FROM pg_postmaster_start_time()) * 1000)::float AS "startedAtMs",
         (SELECT coalesce(json_agg(json_build_object('id', gid, 'owner', owner, 'ageMs', round(extract(epoch FROM clock_timestamp() - prepared) * 1000),
                 'seenAtMs', round(extract(epoch FROM clock_timestamp()) * 1000)) ORDER BY gid), '[]')
          FROM pg_prepared_xacts) AS prepared,
         (SELECT coalesce(json_agg(json_build_object('id', slot_name, 'active', active, 'retainedBytes', coalesce(pg_current_wal_lsn() - restart_lsn, 0)) ORDER BY slot_name), '[]')
          FROM pg_replication_slots) AS slots`
