import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import { ownClient } from '../stack/own-client.ts'

const grownTable = 'lowtide_control_rows'

/** The application name by which the temporary files of this session are told from others. */
const pooledName = 'lowtide-control'

type Login = { readonly client: pg.Client; readonly pid: number }

/** A session with the application's role, past any pooler. */
async function login(name?: string): Promise<Login> {
  const client = ownClient({ connectionString: process.env.DATABASE_URL, connectionTimeoutMillis: 10_000, ...(name !== undefined && { application_name: name }) })
  client.on('error', () => {}) // the server may go first
  await client.connect()
  const { rows } = await client.query('SELECT pg_backend_pid() AS pid')
  return { client, pid: Number(rows[0].pid) }
}

/** A transaction that holds a transaction id and stays open. */
export async function openTransaction(): Promise<Login> {
  const session = await login()
  await session.client.query('BEGIN')
  await session.client.query('SELECT pg_current_xact_id()')
  return session
}

/**
 * What requests leave on an idle session that went back into its pool. If a role may not make temporary tables, or a server no prepared transactions, none is planted, and the list of
 * what was says so. The prepared transaction comes last, since nothing but this program ends it.
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

/** A temporary file: a cursor that outlives its transaction keeps its rows, in a file where they exceed work_mem. 64 kB is the least that PostgreSQL allows. */
async function plantTemporaryFile(client: pg.Client): Promise<number> {
  const plant = async () => {
    await client.query("SET work_mem = '64kB'")
    await client.query("DECLARE lowtide_control CURSOR WITH HOLD FOR SELECT repeat('x', 1000) FROM generate_series(1, 300)")
    return 1
  }
  return plant().catch(() => 0)
}

/**
 * A table that has grown by this many rows of nearly 2 kB each (longer ones would be compressed). The statistics tell of them, which the session is made to write at once (PostgreSQL 15
 * and later). None where the role may not create tables, or where the server would tell of the rows only later.
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

/** Drops the grown table, where there is one. Never rejects. */
export async function removeRows(client: pg.Client): Promise<void> {
  await client.query(`DROP TABLE IF EXISTS ${grownTable}`).catch(() => {})
}

/**
 * For how many more sessions the server has room, at least: a role sees who other sessions are but not what they do, so some are counted that take no connection. Ask before planting
 * one: a login that the server refuses would be told as one of the application's. 0 where the server does not say.
 */
export async function roomAsSeenBy(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ room: number }>(`
    SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int - coalesce(current_setting('reserved_connections', true)::int, 0) - count(usesysid)::int AS room
    FROM pg_stat_activity`).catch(() => ({ rows: [] }))
  return rows[0]?.room ?? 0
}

/** A query that nobody waits for. If this program is killed, the server sees within a second that its client has gone (PostgreSQL 14 and later); where it cannot, none is planted. */
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

/** A session that the server ends by a time-out of its own, which only its log tells (PostgreSQL 14 and later). Gives its pid, or nothing where it was not ended. */
export async function plantEnded(): Promise<readonly number[]> {
  const { client, pid } = await login()
  const ended = new Promise<true>((resolve) => client.once('end', () => resolve(true)))
  const isAllowed = await client.query('SET idle_session_timeout = 1').then(() => true, () => false)
  if (isAllowed && (await Promise.race([ended, delay(endsWithinMs, false)]))) return [pid]
  // On a busy machine it may have ended unseen: a session that still answers has not been ended, and will not be now.
  const answers = await client.query('SET idle_session_timeout = 0').then(() => true, () => false)
  await client.end().catch(() => {})
  return isAllowed && !answers ? [pid] : []
}
