import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import postgres from '../probes/resources/postgres.ts'
import postgresLog from '../probes/resources/postgres-log.ts'
import postgresRelations from '../probes/resources/postgres-relations.ts'
import { openMonitor } from '../probes/monitor.ts'
import { isLeftover } from '../probes/quiet.ts'
import type { Reader } from '../probes/probe.ts'
import { bootProcesses } from '../stack/processes.ts'
import type { Stack } from '../stack/stack.ts'
import type { Control, ServerLog } from '../timeline/entry.ts'
import { plantControl } from './plant.ts'
import { plantEnded } from './planted-sessions.ts'

let dir = ''
let stack: Stack
let reader: Reader
let relations: Reader
let log: Reader
const logged: ServerLog[] = []
const signal = () => AbortSignal.timeout(8_000)

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'plant-test-'))
  mkdirSync(join(dir, 'agent'))
  stack = await bootProcesses({ target: { name: 'none', command: ['true'], readyPath: '/', maxConnections: 13 }, variant: null, scenarioDir: dir, run: `plant-test-${crypto.randomUUID().slice(0, 8)}`, dir, own: () => {}, say: () => {}, signal: AbortSignal.timeout(25_000) })
  reader = await postgres.open(stack)
  relations = await postgresRelations.open(stack)
  log = await postgresLog.open(stack, { signal: signal(), say: (line) => line.kind === 'server-log' && logged.push(line) })
})
afterAll(async () => {
  await log[Symbol.asyncDispose]()
  await relations[Symbol.asyncDispose]()
  await reader[Symbol.asyncDispose]()
  await stack[Symbol.asyncDispose]()
  rmSync(dir, { recursive: true, force: true })
})

const processes = async () => (await stack.agent.ask({ ask: 'look' }, signal())).processes
const counters = async () => ({ ...(await stack.agent.ask({ ask: 'look' }, signal())).counters, ...(await reader.look(signal())).counters, ...(await relations.look(signal())).counters })
const members = async () => [...(await reader.look(signal())).members, ...(await relations.look(signal())).members]
const sessions = async () => (await members()).filter((member) => member.kind === 'session')
const loginAsApp = async () => {
  const client = new pg.Client({ connectionString: stack.database.appUri })
  await client.connect()
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() })
}
const appDatabaseAsAdmin = () => Object.assign(new URL(stack.database.adminUri), { pathname: '/app' }).href
/** Counters of what is planted and is no member. */
const countedAlone = ['harness.orphan-sockets', 'harness.temporary-files', 'harness.shm-bytes', 'app.orphan-sockets', 'pg.temporary-files', 'pg.temporary-file-bytes'] as const
const nothing = async () => expect.poll(async () => [...(await processes()), ...(await members())].filter(({ kind }) => kind !== 'server'), { timeout: 5_000 }).toEqual([])

test('what is planted is found exactly, looks like a leak, and goes with its removal; twice', { timeout: 20_000 }, async () => {
  for (let round = 0; round < 2; round += 1) {
    const recorded: Control[] = []
    await nothing()
    const before = await counters()
    {
      await using _planted = await plantControl({ stack, dir, record: (control) => recorded.push(control), signal: signal() })
      const [{ planted } = {} as Control] = recorded
      const all = await members()
      const there = await processes()
      const open = (await sessions()).filter(({ pid }) => pid !== planted.pooledPid && planted.queryPids?.includes(pid) !== true)
      expect(new Set(open.map(({ pid }) => pid))).toEqual(new Set(planted.sessionPids))
      expect(open).toHaveLength(planted.sessionPids.length)
      for (const session of open) expect(session).toMatchObject({ state: 'idle in transaction', holdsXid: true, user: 'app' })
      expect(all.find((member) => member.kind === 'session' && member.pid === planted.pooledPid)).toMatchObject({ state: 'idle', transactionAgeMs: null, advisoryLocks: 1, user: 'app' })
      expect((await sessions()).filter(({ pid }) => planted.queryPids?.includes(pid))).toMatchObject([{ state: 'active', waitEvent: 'PgSleep', user: 'app' }])
      expect(all.filter(({ kind }) => kind === 'temporary-table')).toMatchObject([{ name: 'lowtide_control', sessionPid: planted.pooledPid }])
      expect(all.filter(({ kind }) => kind === 'prepared-transaction')).toMatchObject([{ id: planted.preparedTransactions?.[0], owner: 'app' }])
      expect(there.find(({ pid }) => pid === planted.planterPid)?.closeWait).toBe(1)
      expect(there.filter(({ request }) => request !== null)).toMatchObject([{ pid: planted.requestPids?.[0], request: { method: 'GET', url: '/lowtide-control' } }])
      expect(there.filter(({ state }) => state === 'Z').map(({ pid }) => pid)).toEqual(planted.zombiePids)
      expect(there.find(({ pid }) => pid === planted.planterPid)?.descriptorTargets?.[planted.descriptorTarget ?? '']).toBe(5)
      const [slot] = all.filter((member) => member.kind === 'replication-slot')
      expect(slot).toEqual({ kind: 'replication-slot', id: planted.replicationSlots?.[0], active: false, retainedBytes: expect.any(Number) })
      expect(planted.retainedBytes).toBeGreaterThan(0)
      expect(slot?.retainedBytes).toBeGreaterThanOrEqual(planted.retainedBytes ?? Infinity)
      expect(planted.threads).toBe(3)
      expect(there.find(({ pid }) => pid === planted.planterPid)?.threads).toBe(planted.planterThreads)
      const during = await counters()
      expect(Object.fromEntries(countedAlone.map((name) => [name, (during[name] ?? Number.NaN) - (before[name] ?? Number.NaN)]))).toEqual({ 'harness.orphan-sockets': 1, 'harness.temporary-files': 1, 'harness.shm-bytes': planted.sharedMemoryBytes, 'app.orphan-sockets': 0, 'pg.temporary-files': 0, 'pg.temporary-file-bytes': 0 })
      expect(planted.sharedMemoryBytes).toBe(65_536)
      const rose = (name: string) => (during[name] ?? Number.NaN) - (before[name] ?? Number.NaN)
      expect(planted.databaseBytes).toBeGreaterThanOrEqual(81_920)
      expect(rose('pg.database-bytes')).toBeGreaterThanOrEqual(planted.databaseBytes ?? Infinity)
      expect(planted.walBytes).toBeGreaterThan(40 * 1_900)
      expect(rose('pg.wal-bytes')).toBeGreaterThanOrEqual(planted.walBytes ?? Infinity)
      // What the planter itself takes must not pass for what is planted.
      expect((planted.planterMemoryBytes ?? 0) - (planted.memoryBytes ?? 0)).toBeLessThan((planted.memoryBytes ?? 0))
      expect(Math.abs(rose('harness.anonymous-bytes') - (planted.planterMemoryBytes ?? 0))).toBeLessThan((planted.memoryBytes ?? 0) / 4)
      expect(rose('app.anonymous-bytes')).toBe(0)
      expect(during['pg.wal-retained-bytes']).toBeGreaterThanOrEqual(slot?.retainedBytes ?? Infinity)
      await log.look(signal())
      expect(logged.filter(({ pid, sqlstate }) => planted.endedPids?.includes(pid) && sqlstate === '57P05')).toHaveLength(1)
      // The session that made the table reports its rows when it next comes to rest.
      await expect.poll(async () => (await members()).filter(({ kind }) => kind === 'table')).toMatchObject([{ id: 'public.lowtide_control_rows', grownRows: 40, grownBytes: expect.toSatisfy((bytes: number) => bytes >= 81_920) }])
      // Each of them is marked, or the judge would blame the application.
      expect(new Set(there.map(({ control }) => control))).toEqual(new Set(['planted']))
      // Three transactions, a query, a lock, a prepared transaction, a slot; a zombie, a half-closed socket, a request.
      expect([...all, ...there].filter(isLeftover).length).toBe(7 + 3)
      expect(planted).toMatchObject({ sessionPids: { length: 3 }, zombiePids: { length: 1 }, descriptors: 5, advisoryLocks: 1, temporaryTables: 1, preparedTransactions: { length: 1 }, closeWait: 1, requestPids: { length: 1 }, queryPids: { length: 1 }, endedPids: { length: 1 }, replicationSlots: ['lowtide_control'], grownTables: [{ id: 'public.lowtide_control_rows', rows: 40 }] })
    }
    expect(recorded.map(({ edge }) => edge)).toEqual(['planted', 'removed'])
    await nothing()
    const after = await counters()
    for (const name of countedAlone) expect([name, after[name]]).toEqual([name, before[name]])
  }
})

test('the planted request heeds no SIGTERM; a planter that is killed takes all with it but its prepared transaction and its table', { timeout: 20_000 }, async () => {
  const recorded: Control[] = []
  {
    await using _planted = await plantControl({ stack, dir, record: (control) => recorded.push(control), signal: signal() })
    const [{ planted } = {} as Control] = recorded
    process.kill(planted.requestPids?.[0] ?? 0, 'SIGTERM')
    await delay(200)
    expect((await processes()).some(({ pid }) => pid === planted.requestPids?.[0])).toBe(true)
    process.kill(planted.planterPid, 'SIGKILL')
    expect((await counters())['harness.shm-bytes']).toBe(planted.sharedMemoryBytes)
    // The query has gone too: the server looks every second whether its client is still there.
    await expect.poll(async () => [(await sessions()).length, (await processes()).filter(({ request }) => request !== null).length], { timeout: 5_000 }).toEqual([0, 0])
  }
  expect((await counters())['harness.shm-bytes']).toBe(0)
  const left = (await members()).find(({ kind }) => kind === 'prepared-transaction')
  expect(left?.id).toBe(recorded[0]?.planted.preparedTransactions?.[0])
  {
    await using owner = await loginAsApp()
    await owner.query(`ROLLBACK PREPARED '${left?.id}'`)
    await owner.query(`DROP TABLE ${recorded[0]?.planted.grownTables?.[0]?.id}`)
  }
  await nothing()
})

test('a role that may make no temporary table is planted without one, and says so', { timeout: 20_000 }, async () => {
  await using admin = await openMonitor(appDatabaseAsAdmin(), 'test')
  for (const change of ['REVOKE TEMPORARY ON DATABASE app FROM PUBLIC', 'ALTER DATABASE app OWNER TO CURRENT_USER']) await admin.query(change, [], signal())
  const recorded: Control[] = []
  {
    await using _planted = await plantControl({ stack, dir, record: (control) => recorded.push(control), signal: signal() })
  }
  for (const change of ['GRANT TEMPORARY ON DATABASE app TO PUBLIC', 'ALTER DATABASE app OWNER TO app']) await admin.query(change, [], signal())
  expect(recorded[0]?.planted).toMatchObject({ temporaryTables: 0, grownTables: [], advisoryLocks: 1, preparedTransactions: { length: 1 } })
  await nothing()
})

test('a server whose replication slots are all taken is planted without one, and says so', { timeout: 20_000 }, async () => {
  await using admin = await openMonitor(stack.database.adminUri, 'test')
  await admin.query("SELECT pg_create_physical_replication_slot('taken_' || n) FROM generate_series(1, current_setting('max_replication_slots')::int) AS n", [], signal())
  const recorded: Control[] = []
  try {
    await using _planted = await plantControl({ stack, dir, record: (control) => recorded.push(control), signal: signal() })
  } finally {
    await admin.query("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name LIKE 'taken_%'", [], signal())
  }
  expect(recorded[0]?.planted).toMatchObject({ replicationSlots: [], sessionPids: { length: 3 } })
  await nothing()
})

test('a slot that cannot be planted for any other reason fails the control, and tells why', { timeout: 20_000 }, async () => {
  await using admin = await openMonitor(stack.database.adminUri, 'test')
  await admin.query("SELECT pg_create_physical_replication_slot('lowtide_control')", [], signal())
  const recorded: Control[] = []
  await expect(plantControl({ stack, dir, record: (control) => recorded.push(control), signal: signal() })).rejects.toThrow('the replication slot "lowtide_control" could not be planted: replication slot "lowtide_control" already exists')
  expect(recorded).toEqual([])
  // What is in the way goes with the rest, and so is in nobody's way again.
  await nothing()
})

test('a server that has hardly room for another session is planted without a query and an end of a session, says so, and has refused nobody', { timeout: 20_000 }, async () => {
  const recorded: Control[] = []
  {
    await using _client = await loginAsApp()
    await using _planted = await plantControl({ stack, dir, record: (control) => recorded.push(control), signal: signal() })
  }
  expect(recorded[0]?.planted).toMatchObject({ sessionPids: { length: 3 }, queryPids: [], endedPids: [], advisoryLocks: 1 })
  await log.look(signal())
  expect(logged.filter(({ sqlstate }) => sqlstate === '53300')).toEqual([])
  await nothing()
})

test('an end of a session that the planter sees too late is told all the same: the log has it', { timeout: 20_000 }, async () => {
  vi.stubEnv('DATABASE_URL', stack.database.appUri)
  const query: (this: pg.Client, sql: string) => Promise<unknown> = Reflect.get(pg.Client.prototype, 'query')
  using _busy = vi.spyOn(pg.Client.prototype, 'query').mockImplementation(async function (this: pg.Client, sql: string) {
    const answer = await query.call(this, sql)
    // Longer than it is waited for, and before anything else is read.
    if (sql === 'SET idle_session_timeout = 1') setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_500))
    return answer
  })
  const pids = await plantEnded()
  vi.unstubAllEnvs()
  await log.look(signal())
  expect(pids).toHaveLength(1)
  expect(logged.filter(({ pid, sqlstate }) => pids.includes(pid) && sqlstate === '57P05')).toHaveLength(1)
  await nothing()
})

test('a server that has no slot left lets nothing be planted, and what was half planted is gone', { timeout: 20_000 }, async () => {
  const clients = await Promise.all(Array.from({ length: 6 }, async () => {
    const client = new pg.Client({ connectionString: stack.database.appUri })
    client.on('error', () => {})
    await client.connect()
    return client
  }))
  try {
    await expect(plantControl({ stack, dir, record: () => {}, signal: signal() })).rejects.toThrow('the planter ended before it had planted anything')
    await expect.poll(async () => (await processes()).length).toBe(0)
  } finally {
    await Promise.all(clients.map((client) => client.end()))
  }
  await nothing()
})

test('an interrupt while it is being planted leaves nothing planted', { timeout: 20_000 }, async () => {
  await expect(plantControl({ stack, dir, record: () => {}, signal: AbortSignal.timeout(60) })).rejects.toThrow(/timeout|aborted/i)
  await nothing()
  expect(existsSync(join(dir, 'agent', 'planter.mjs'))).toBe(true)
})
