import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import { ownClient } from '../stack/own-client.ts'

const grownTable = 'lowtide_control_rows'

/** By which the temporary files of this session are told from others. */
const pooledName = 'lowtide-control'

type Login = { readonly client: pg.Client; readonly pid: number }

/** As the application's role, past any pooler. */
async function login(name?: string): Promise<Login> {
  const client = ownClient({ connectionString: process.env.DATABASE_URL, connectionTimeoutMillis: 10_000, ...(name !== undefined && { application_name: name }) })
  client.on('error', () => {}) // the server may go first
  await client.connect()
  const { rows } = await client.query('SELECT pg_backend_pid() AS pid')
  return { client, pid: Number(rows[0].pid) }
}

export async function openTransaction(): Promise<Login> {
  const session = await login()
  await session.client.query('BEGIN')
  await session.client.query('SELECT pg_current_xact_id()')
  return session
}

/**
 * What a request leaves on a session that goes back into its pool, idle. A role may be forbidden temporary tables and a server prepared transactions: then the run
 * plants none, and says so by what it lists. The prepared transaction comes last, since nothing but this program ends it.
 */
export async function plantInPooledSession() {
  const { client, pid } = await login(pooledName)
  const plant = (sql: string) => client.query(sql).then(() => 1, () => 0)
  const advisoryLocks = await plant(`SELECT pg_advisory_lock(${pid})`)
  const temporaryTables = await plant('CREATE TEMPORARY TABLE lowtide_control (id int)')
  const temporaryFiles = await plantTemporaryFile(client)
  const gid = `lowtide-control-${pid}`
  const prepared = await plant(`BEGIN; SELECT pg_current_xact_id(); PREPARE TRANSACTION '${gid}'`)
  if (prepared === 0) await client.query('ROLLBACK')
  return { client, pid, advisoryLocks, temporaryTables, temporaryFiles, preparedTransactions: prepared === 0 ? [] : [gid] }
}

/** A cursor that outlives its transaction keeps its rows, and beyond work_mem in a file. 64 kB is the least that PostgreSQL allows. */
async function plantTemporaryFile(client: pg.Client): Promise<number> {
  const plant = async () => {
    await client.query("SET work_mem = '64kB'")
    await client.query("DECLARE lowtide_control CURSOR WITH HOLD FOR SELECT repeat('x', 1000) FROM generate_series(1, 300)")
    return 1
  }
  return plant().catch(() => 0)
}

/**
 * A table that has grown by so many rows, of nearly 2 kB each: longer ones would be compressed. They are told by the statistics, which the session is made to write at once (PostgreSQL 15 and later). None where the
 * role may create none, or the server would tell its rows only later.
 */
export async function plantRows(client: pg.Client, rows: number) {
  const plant = async () => {
    const { rows: [log] } = await client.query<{ began: string }>('SELECT pg_current_wal_insert_lsn() AS began')
    await client.query(`CREATE TABLE ${grownTable} AS SELECT n, repeat('x', 1900) AS filler FROM generate_series(1, ${rows}) AS n`)
    await client.query('SELECT pg_stat_force_next_flush()')
    const { rows: [table] } = await client.query<{ schema: string; bytes: number; written: number }>(`
      SELECT nspname AS schema, pg_total_relation_size(c.oid)::float AS bytes, (pg_current_wal_insert_lsn() - '${log?.began}')::float AS written
      FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE c.oid = '${grownTable}'::regclass`)
    return { grownTables: [{ id: `${table?.schema}.${grownTable}`, rows }], databaseBytes: table?.bytes ?? 0, walBytes: table?.written ?? 0 }
  }
  return plant().catch(() => removeRows(client).then(() => ({ grownTables: [] })))
}

export async function removeRows(client: pg.Client): Promise<void> {
  await client.query(`DROP TABLE IF EXISTS ${grownTable}`).catch(() => {})
}

/**
 * How many more sessions the server has room for, at least: of others a role sees who they are and not what, and so some are counted that take no connection.
 * A login that the server refuses would be told as one of the application's. 0 where it does not say.
 */
export async function roomAsSeenBy(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ room: number }>(`
    SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int - coalesce(current_setting('reserved_connections', true)::int, 0) - count(usesysid)::int AS room
    FROM pg_stat_activity`).catch(() => ({ rows: [] }))
  return rows[0]?.room ?? 0
}

/** A query that nobody waits for. Should this program be killed, the server sees within a second that its client has gone (PostgreSQL 14 and later); without that none is planted. */
export async function plantQuery(other: pg.Client) {
  const { client, pid } = await login()
  const isWatched = await client.query("SET client_connection_check_interval = '1s'; SET statement_timeout = 0").then(() => true, () => false)
  if (isWatched) client.query('SELECT pg_sleep(86400)').catch(() => {})
  return {
    pids: isWatched ? [pid] : [],
    end: async () => {
      await other.query('SELECT pg_cancel_backend($1)', [pid]).catch(() => {})
      await client.end().catch(() => {})
    },
  }
}

const endsWithinMs = 1_000

/** A session that the server ends by a time-out of its own, which its log alone tells (PostgreSQL 14 and later). */
export async function plantEnded(): Promise<readonly number[]> {
  const { client, pid } = await login()
  const ended = new Promise<true>((resolve) => client.once('end', () => resolve(true)))
  const isAllowed = await client.query('SET idle_session_timeout = 1').then(() => true, () => false)
  if (isAllowed && (await Promise.race([ended, delay(endsWithinMs, false)]))) return [pid]
  // On a busy machine it may have ended unseen: one that still answers has not, and will not.
  const answers = await client.query('SET idle_session_timeout = 0').then(() => true, () => false)
  await client.end().catch(() => {})
  return isAllowed && !answers ? [pid] : []
}
