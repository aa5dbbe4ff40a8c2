import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../stack/embedded-postgres.ts'
import { createAppRole } from '../../stack/roles.ts'
import type { Stack } from '../../stack/stack.ts'
import type { ServerLog } from '../../timeline/entry.ts'
import type { Member, Session } from '../../timeline/member.ts'
import { openMonitor } from '../monitor.ts'
import type { Reader } from '../probe.ts'
import postgres from './postgres.ts'
import postgresLog from './postgres-log.ts'
import postgresRelations from './postgres-relations.ts'

const maxConnections = 20
let home = ''
let server: EmbeddedPostgres
let appUri = ''
let activity: Reader
let log: Reader
const said: ServerLog[] = []
const clients: pg.Client[] = []
const signal = () => AbortSignal.timeout(5_000)

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'probe-test-'))
  chmodSync(home, 0o755)
  mkdirSync(join(home, 'logs'))
  server = await startEmbeddedPostgres({ home, logFile: join(home, 'logs', 'postgres.log'), maxConnections, env: {}, signal: AbortSignal.timeout(25_000) })
  appUri = await createAppRole(server.adminUri)
  const stack = { database: { adminUri: server.adminUri, appUri } } as Stack
  activity = await postgres.open(stack)
  log = await postgresLog.open(stack, { signal: signal(), say: (line) => line.kind === 'server-log' && said.push(line) })
})
afterAll(async () => {
  await log[Symbol.asyncDispose]()
  await activity[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
  rmSync(home, { recursive: true, force: true })
})
beforeEach(() => void said.splice(0))
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.end().catch(() => {})))
  await vi.waitUntil(async () => (await sessions()).length === 0)
})

async function connect(name = 'app'): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: appUri, application_name: name })
  client.on('error', () => {})
  await client.connect()
  clients.push(client)
  return client
}

const members = async () => (await activity.look(signal())).members
const sessions = async () => (await members()).filter((member): member is Session => member.kind === 'session')
const only = async (): Promise<Session> => {
  const [one, ...more] = await sessions()
  expect([one?.kind, more]).toEqual(['session', []])
  return one as Session
}
const ofKind = async (kind: Member['kind']) => (await members()).filter((member) => member.kind === kind)

describe('a session', () => {
  test('that never asked anything says so', async () => {
    await connect('ahead-of-need')
    expect(await only()).toMatchObject({ state: 'idle', queryAgeMs: null, transactionAgeMs: null, user: 'app', database: 'app', applicationName: 'ahead-of-need', clientAddress: '127.0.0.1', relationLocks: 0 })
  })

  test('idle in a transaction tells its age, its locks, its snapshot, and its last statement', async () => {
    const client = await connect()
    await client.query('CREATE TABLE ticket (id int)')
    const askedAtMs = Date.now()
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
    const begunAtMs = Date.now()
    await client.query('SELECT count(*) FROM ticket')
    await new Promise((resolve) => setTimeout(resolve, 120))
    const session = await only()
    expect(session).toMatchObject({ state: 'idle in transaction', holdsXmin: true, holdsXid: false, relationLocks: 1, advisoryLocks: 0, query: 'SELECT count(*) FROM ticket', waitEvent: 'ClientRead' })
    expect(session.transactionAgeMs).toBeGreaterThan(110)
    expect(session.transactionAgeMs).toBeLessThan(5_000)
    const atMs = (session.seenAtMs ?? Number.NaN) - (session.transactionAgeMs ?? Number.NaN)
    expect(atMs).toBeGreaterThanOrEqual(askedAtMs - 3)
    expect(atMs).toBeLessThanOrEqual(begunAtMs + 3)
    expect(session.clientPort).toBeGreaterThan(1_023)
    expect((await activity.beat(signal()))).toMatchObject({ 'pg.backends': 1, 'pg.idle-in-transaction': 1 })
    await client.query('ROLLBACK; DROP TABLE ticket')
  })

  test('that wrote holds its id; one that failed is aborted', async () => {
    const client = await connect()
    await client.query('BEGIN')
    await client.query('SELECT pg_current_xact_id()')
    expect(await only()).toMatchObject({ holdsXid: true, state: 'idle in transaction' })
    await client.query('SELECT 1/0').catch(() => {})
    // The client learns of the error before the session's state has changed.
    await expect.poll(only).toMatchObject({ state: 'idle in transaction (aborted)' })
  })

  test('at work is active, and its query has an age', async () => {
    const client = await connect()
    const working = client.query("SELECT 'Ünïcode 漢字 \u2028', pg_sleep(0.6)")
    await expect.poll(async () => (await sessions())[0]?.state).toBe('active')
    expect(await only()).toMatchObject({ query: "SELECT 'Ünïcode 漢字 \u2028', pg_sleep(0.6)", waitEvent: 'PgSleep' })
    expect((await activity.beat(signal()))['pg.active']).toBe(1)
    await working
  })

  test('with an advisory lock of its session keeps it outside any transaction', async () => {
    const client = await connect()
    await client.query('SELECT pg_advisory_lock(42)')
    expect(await only()).toMatchObject({ state: 'idle', advisoryLocks: 1, transactionAgeMs: null })
  })

  test('tells between which two beats each of its advisory locks was taken, however it is used since', async () => {
    const client = await connect()
    const takenBetween = async (key: number) => {
      await activity.beat(signal())
      const beforeMs = Date.now()
      await client.query('SELECT pg_advisory_lock($1)', [key])
      const afterMs = Date.now()
      await activity.beat(signal())
      return { beforeMs, afterMs }
    }
    const moments = [await takenBetween(1), await takenBetween(2)]
    await client.query('SELECT 1')
    const { locksTaken = [] } = await only()
    expect(locksTaken).toHaveLength(2)
    for (const [i, { afterMs, byMs }] of locksTaken.toSorted((a, b) => a.byMs - b.byMs).entries()) {
      expect(afterMs).toBeLessThanOrEqual((moments[i]?.beforeMs ?? 0) + 2)
      expect(byMs).toBeGreaterThanOrEqual((moments[i]?.afterMs ?? 0) - 2)
    }
    await client.query('SELECT pg_advisory_unlock(1)')
    expect((await only()).locksTaken).toHaveLength(1)
  })

  test('dates a lock that it is seen to give back by its last use as well: it may have been taken anew between two beats', async () => {
    const client = await connect()
    const takenAnew = async (key: number) => {
      await client.query('SELECT pg_advisory_lock($1)', [key])
      await activity.beat(signal())
      await client.query('SELECT pg_advisory_unlock($1)', [key])
      await client.query('SELECT pg_advisory_lock($1)', [key])
      const takenMs = Date.now()
      await activity.beat(signal())
      return takenMs
    }
    await activity.beat(signal())
    const onceMs = Date.now()
    await takenAnew(1)
    // It was not seen to be given back: the first sighting counts.
    expect((await only()).locksTaken?.[0]?.byMs).toBeLessThanOrEqual((await client.query('SELECT 1').then(() => Date.now())) + 2)
    await client.query('SELECT pg_advisory_unlock(1)')
    await activity.beat(signal())
    const takenMs = await takenAnew(1)
    const { locksTaken: [taken] = [] } = await only()
    expect(taken?.afterMs).toBeGreaterThanOrEqual(onceMs - 2)
    expect(taken?.byMs).toBeGreaterThanOrEqual(takenMs - 2)
    expect(taken?.byMs).toBeLessThanOrEqual(takenMs + 2)
  })

  test('in LISTEN rests idle with that as its last word', async () => {
    await (await connect()).query('LISTEN news')
    expect(await only()).toMatchObject({ state: 'idle', query: 'LISTEN news' })
  })

  test('that got the number of an earlier one is another: the identity has the start in it', async () => {
    await connect()
    const { id, pid, backendStartMs } = await only()
    expect(id).toBe(`${pid}@${backendStartMs}`)
    expect(Math.abs(backendStartMs - Date.now())).toBeLessThan(10_000)
  })
})

test('a prepared transaction outlives its session and is told with its owner', async () => {
  const client = await connect()
  await client.query("BEGIN; SELECT pg_current_xact_id(); PREPARE TRANSACTION 'left behind'")
  await client.end()
  await expect.poll(async () => (await sessions()).length).toBe(0)
  expect(await ofKind('prepared-transaction')).toMatchObject([{ id: 'left behind', owner: 'app', ageMs: expect.any(Number), seenAtMs: expect.any(Number) }])
  expect((await activity.beat(signal()))['pg.prepared-transactions']).toBe(1)
  await (await connect()).query("ROLLBACK PREPARED 'left behind'")
  expect(await ofKind('prepared-transaction')).toEqual([])
})

test('a replication slot is told with what it retains, also before it has anything', async () => {
  await using admin = await openMonitor(server.adminUri, 'test')
  await admin.query("SELECT pg_create_logical_replication_slot('tide', 'test_decoding'), pg_create_physical_replication_slot('empty')", [], signal())
  expect(await ofKind('replication-slot')).toMatchObject([{ id: 'empty', active: false, retainedBytes: 0 }, { id: 'tide', active: false, retainedBytes: expect.any(Number) }])
  await admin.query("SELECT pg_drop_replication_slot('tide'), pg_drop_replication_slot('empty')", [], signal())
  expect(await ofKind('replication-slot')).toEqual([])
})

test('what slots keep of the write-ahead log is that of the one furthest behind; without one it is nothing', async () => {
  const retained = async () => (await activity.look(signal())).counters['pg.wal-retained-bytes']
  expect(await retained()).toBe(0)
  await using admin = await openMonitor(server.adminUri, 'test')
  await admin.query("SELECT pg_create_physical_replication_slot('behind', true)", [], signal())
  const [before] = await admin.query<{ lsn: string }>('SELECT pg_current_wal_lsn() AS lsn', [], signal())
  await admin.query("SELECT pg_logical_emit_message(false, 'test', repeat('x', 200000), true)", [], signal())
  await admin.query("SELECT pg_create_physical_replication_slot('ahead')", [], signal())
  const [{ bytes } = { bytes: Number.NaN }] = await admin.query<{ bytes: number }>('SELECT (pg_current_wal_lsn() - $1)::float AS bytes', [before?.lsn], signal())
  expect(bytes).toBeGreaterThanOrEqual(200_000)
  expect(await retained()).toBeGreaterThanOrEqual(bytes)
  await admin.query("SELECT pg_drop_replication_slot('behind'), pg_drop_replication_slot('ahead')", [], signal())
  expect(await retained()).toBe(0)
})

describe('what lies in the database', () => {
  let relations: Reader
  beforeAll(async () => {
    relations = await postgresRelations.open({ database: { adminUri: server.adminUri, appUri } } as Stack)
  })
  afterAll(() => relations[Symbol.asyncDispose]())
  const lying = async (kind: Member['kind']) => (await relations.look(signal())).members.filter((member) => member.kind === kind)

  test('a temporary table is told with its session, and again by the same identity, until the session ends', async () => {
    const [one, other] = [await connect(), await connect()]
    const pidOf = async (client: pg.Client) => Number((await client.query('SELECT pg_backend_pid() AS pid')).rows[0].pid)
    await one.query('CREATE TEMPORARY TABLE batch_1 (id int PRIMARY KEY, body text)')
    await other.query('CREATE TEMPORARY TABLE batch_1 (id int); CREATE TEMPORARY TABLE batch_2 (id int)')
    const [onePid, otherPid] = [await pidOf(one), await pidOf(other)]
    const tables = await lying('temporary-table')
    expect(tables.map((table) => table.kind === 'temporary-table' && [table.name, table.sessionPid])).toEqual([['batch_1', onePid], ['batch_1', otherPid], ['batch_2', otherPid]])
    expect(await lying('temporary-table')).toEqual(tables)
    expect((await relations.look(signal())).counters['pg.temporary-tables']).toBe(3)
    await Promise.all(clients.splice(0).map((client) => client.end()))
    await expect.poll(() => lying('temporary-table')).toEqual([])
  })

  test('the file of a cursor that outlives its transaction is told until the cursor is closed', async () => {
    const files = async () => {
      const { counters } = await relations.look(signal())
      return [counters['pg.temporary-files'], counters['pg.temporary-file-bytes']]
    }
    const client = await connect()
    expect(await files()).toEqual([0, 0])
    await client.query("DECLARE page CURSOR WITH HOLD FOR SELECT repeat('x', 1000) FROM generate_series(1, 10000)")
    const [count, bytes = 0] = await files()
    expect(count).toBe(1)
    expect(bytes).toBeGreaterThan(8e6)
    await client.query('CLOSE page')
    expect(await files()).toEqual([0, 0])
  })

  test('the write-ahead log is told as far as it is written, and not by segments that lie ready', async () => {
    const wal = async () => (await relations.look(signal())).counters['pg.wal-bytes'] ?? 0
    await using admin = await openMonitor(server.adminUri, 'test')
    const write = () => admin.query("SELECT pg_logical_emit_message(false, 'test', repeat('x', 100000))", [], signal())
    const before = await wal()
    await write()
    const written = (await wal()) - before
    expect(written).toBeGreaterThan(100_000)
    expect(written).toBeLessThan(1024 ** 2)
    // The position is at the end of a segment, and the next one has no more than its header.
    await admin.query('SELECT pg_switch_wal()', [], signal())
    expect((await wal()) % (16 * 1024 ** 2)).toBeLessThan(100)
    await write()
    expect((await wal()) % (16 * 1024 ** 2)).toBeGreaterThan(100_000)
  })

  test('one that its transaction drops is never there at rest', async () => {
    await (await connect()).query('BEGIN; CREATE TEMPORARY TABLE batch (id int) ON COMMIT DROP; INSERT INTO batch VALUES (1); COMMIT')
    expect(await lying('temporary-table')).toEqual([])
  })

  test('a table that has grown is told by rows and bytes, one that has not is left out', async () => {
    const client = await connect()
    await client.query("CREATE TABLE visit (id int PRIMARY KEY, body text); CREATE TABLE still (id int); INSERT INTO visit SELECT n, repeat('x', 400) FROM generate_series(1, 400) AS n")
    // A session reports its rows when it next comes to rest, a second or more after the last time.
    await expect.poll(async () => (await client.query('SELECT 1'), lying('table')), { timeout: 4_000 }).toMatchObject([{ id: 'public.visit', grownRows: 400, bytes: expect.any(Number) }])
    const [visit] = await lying('table')
    expect(visit?.kind === 'table' && visit.grownBytes).toBeGreaterThan(400 * 400)
    await client.query('DROP TABLE visit, still')
  })

  test('a table that is locked is told as fast: no look waits for the lock that it is to find', async () => {
    const client = await connect()
    await client.query('CREATE TABLE locked (id int)')
    await client.query('BEGIN; LOCK TABLE locked IN ACCESS EXCLUSIVE MODE')
    const beganMs = performance.now()
    await relations.look(signal())
    expect(performance.now() - beganMs).toBeLessThan(1_000)
    await client.query('ROLLBACK; DROP TABLE locked')
  })
})

test('the server counts sessions itself: those that it opened, and those that ended badly', async () => {
  const counters = async () => activity.beat(signal())
  const before = await counters()
  const [killed, abandoned] = [await connect(), await connect()]
  await using admin = await openMonitor(server.adminUri, 'test')
  await admin.query('SELECT pg_terminate_backend($1)', [(await sessions())[0]?.pid], signal())
  ;(abandoned as unknown as { connection: { stream: { destroy: () => void } } }).connection.stream.destroy()
  const since = async (name: string) => ((await counters())[name] ?? 0) - (before[name] ?? 0)
  await expect.poll(async () => [await since('pg.sessions-killed'), await since('pg.sessions-abandoned'), await since('pg.sessions-fatal')], { timeout: 4_000 }).toEqual([1, 1, 0])
  expect(await since('pg.sessions-opened')).toBe(3)
  expect(killed).toBeDefined()
})

test('statistics that someone has reset say when', async () => {
  const resetMs = async () => (await activity.beat(signal()))['pg.statistics-reset-ms'] ?? -1
  const before = await resetMs()
  expect(await resetMs()).toBe(before)
  await using admin = await openMonitor(server.adminUri, 'test')
  await admin.query('SELECT pg_stat_reset()', [], signal())
  expect(await resetMs()).toBeGreaterThan(before)
})

test('our own sessions are counted apart, and an application that borrows our name is none of us', async () => {
  await connect('lowtide-monitor-activity')
  const { 'pg.backends': theirs, 'harness.backends': ours } = await activity.beat(signal())
  expect([theirs, ours]).toEqual([1, 2])
})

test('the server says who it is, the same on every look', async () => {
  const [first, second] = [await ofKind('server'), await ofKind('server')]
  expect(first).toMatchObject([{ id: expect.stringMatching(/^postgresql@\d+$/), name: 'postgresql' }])
  expect(second).toEqual(first)
})

test('ages of transactions are learned from those that ended', async () => {
  const client = await connect()
  for (let nth = 0; nth < 5; nth += 1) {
    await client.query('BEGIN')
    await new Promise((resolve) => setTimeout(resolve, 60))
    await activity.beat(signal())
    await client.query('COMMIT')
    await activity.beat(signal())
  }
  const { 'pg.transactions-ended': ended, 'pg.transactions-ended-p999-ms': p999 } = await activity.beat(signal())
  expect(ended).toBeGreaterThanOrEqual(5)
  expect(p999).toBeGreaterThan(50)
  expect(p999).toBeLessThan(5_000)
})

test('but not from those that the harness keeps waiting', async () => {
  const endedSoFar = async () => (await activity.beat(signal()))['pg.transactions-ended'] ?? 0
  const [client, uri] = [await connect(), new URL(server.adminUri)]
  await client.query('CREATE TABLE waited_for ()')
  uri.pathname = new URL(appUri).pathname
  await using locker = await openMonitor(uri.href, 'locks')
  await locker.query('BEGIN', [], signal())
  await locker.query('LOCK TABLE waited_for', [], signal())
  await activity.beat(signal())
  const before = await endedSoFar()
  await client.query('BEGIN')
  await activity.beat(signal())
  const read = client.query('SELECT FROM waited_for')
  await vi.waitUntil(async () => (await sessions()).some(({ waitEvent }) => waitEvent === 'relation'))
  await activity.beat(signal())
  await locker.query('ROLLBACK', [], signal())
  await read
  await activity.beat(signal())
  await client.query('COMMIT')
  expect(await endedSoFar()).toBe(before)
  await client.query('DROP TABLE waited_for')
})

describe('the second ledger', () => {
  const logged = async () => (await log.look(signal())).members
  /** The two ledgers name the same sessions; the log, in whole seconds. */
  const agree = () =>
    expect.poll(async () => {
      const [theirs, ours] = [(await sessions()).map(({ pid, backendStartMs }) => `${pid}@${Math.floor(backendStartMs / 1_000)}`), (await logged()).map(({ id }) => id)]
      return { missing: theirs.filter((id) => !ours.includes(id)), tooMany: ours.filter((id) => !theirs.includes(id)) }
    }, { timeout: 4_000 }).toEqual({ missing: [], tooMany: [] })

  test('agrees with the first over churn', async () => {
    const before = await log.beat(signal())
    for (let round = 0; round < 3; round += 1) {
      await Promise.all(Array.from({ length: 10 }, () => connect()))
      await agree()
      await Promise.all(clients.splice(0, 7).map((client) => client.end()))
      await agree()
      await Promise.all(clients.splice(0).map((client) => client.end()))
    }
    await agree()
    const after = await log.beat(signal())
    expect([(after['log.opened'] ?? 0) - (before['log.opened'] ?? 0), (after['log.closed'] ?? 0) - (before['log.closed'] ?? 0), after['log.live']]).toEqual([30, 30, 0])
  })

  test('agrees where sessions are killed and where they are dropped without a word', async () => {
    const [killed, dropped] = [await connect(), await connect()]
    await using admin = await openMonitor(server.adminUri, 'test')
    await admin.query('SELECT pg_terminate_backend($1)', [(await sessions())[0]?.pid], signal())
    ;(dropped as unknown as { connection: { stream: { destroy: () => void } } }).connection.stream.destroy()
    await expect.poll(async () => (await sessions()).length).toBe(0)
    await agree()
    expect(killed).toBeDefined()
    expect(said.map(({ sqlstate }) => sqlstate)).toContain('57P01')
  })

  test("counts as the server's own statistics do, over churn, kills, drops and refusals", async () => {
    const difference = async () => ((await activity.beat(signal()))['pg.sessions-opened'] ?? 0) - ((await log.beat(signal()))['log.sessions'] ?? 0)
    const before = await difference()
    const opened = (await log.beat(signal()))['log.sessions'] ?? 0
    for (let nth = 0; nth < maxConnections + 3; nth += 1) await connect().catch(() => {}) // some find no slot
    const [killed] = await sessions()
    await using admin = await openMonitor(server.adminUri, 'test')
    await admin.query('SELECT pg_terminate_backend($1)', [killed?.pid], signal())
    ;(clients[1] as unknown as { connection: { stream: { destroy: () => void } } }).connection.stream.destroy()
    await Promise.all(clients.splice(2).map((client) => client.end()))
    await expect.poll(difference, { timeout: 4_000 }).toBe(before)
    expect((await log.beat(signal()))['log.sessions']).toBeGreaterThan(opened + 10)
  })

  test('tells each error with its SQLSTATE', async () => {
    const client = await connect()
    await client.query('SELECT nothing FROM nowhere').catch(() => {})
    await client.query("SET idle_in_transaction_session_timeout = '80ms'; BEGIN; SELECT 1")
    await expect.poll(async () => (await log.beat(signal()), said.map(({ sqlstate }) => sqlstate)), { timeout: 3_000 }).toEqual(['42P01', '25P03'])
    expect(said[0]).toMatchObject({ kind: 'server-log', severity: 'ERROR', message: 'relation "nowhere" does not exist', pid: expect.any(Number) })
  })

  test('a server that refuses its application for want of slots still answers the monitors, and says 53300', async () => {
    const refusals: string[] = []
    for (let nth = 0; nth < maxConnections + 3; nth += 1) await connect().catch((error: Error & { code?: string }) => refusals.push(error.code ?? error.message))
    expect(new Set(refusals)).toEqual(new Set(['53300']))
    // Three slots are reserved for superusers; our two monitors came first and have ordinary ones.
    // A refused session is there for a moment until it has ended.
    await expect.poll(async () => (await sessions()).length).toBe(maxConnections - 3 - 2)
    expect((await activity.beat(signal()))['pg.backends']).toBe(maxConnections - 3 - 2)
    await agree()
    expect(new Set(said.map(({ sqlstate }) => sqlstate))).toEqual(new Set(['53300']))
  })
})
