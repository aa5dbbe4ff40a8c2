import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startEmbeddedPostgres } from '../stack/embedded-postgres.ts'
import { createAppRole } from '../stack/roles.ts'
import { askBehindLocks } from './ask-behind-locks.ts'
import { countBeside, countPlaces } from './count-places.ts'

const home = mkdtempSync(join(tmpdir(), 'behind-locks-'))
chmodSync(home, 0o755)
const signal = AbortSignal.timeout(110_000)
let server: Awaited<ReturnType<typeof startEmbeddedPostgres>>
let database: { readonly adminUri: string; readonly appUri: string }
beforeAll(async () => {
  server = await startEmbeddedPostgres({ home, logFile: join(home, 'postgres.log'), maxConnections: 40, env: {}, signal })
  database = { adminUri: server.adminUri, appUri: await createAppRole(server.adminUri) }
  await asApp((client) => client.query('CREATE TABLE parcel (id int PRIMARY KEY); INSERT INTO parcel VALUES (1); CREATE TABLE depot (id int)'))
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  rmSync(home, { recursive: true })
})

async function asApp<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: database.appUri })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** A real application: a pool of this many places, and a page that reads a table. `lose` takes one of its places for good, as a request does that forgets to release its client. */
async function application({ places, sql = 'SELECT * FROM parcel', waitMs = 0 }: { readonly places: number; readonly sql?: string; /** How long a request waits for a place; 0 for ever. */ readonly waitMs?: number }) {
  const pool = new pg.Pool({ connectionString: database.appUri, max: places, connectionTimeoutMillis: waitMs })
  const lost: pg.PoolClient[] = []
  const http = createServer((_, response) => {
    pool.query(sql).then(() => response.end('parcel'), () => response.writeHead(500).end())
  }).listen(0, '127.0.0.1')
  await new Promise((listening) => http.once('listening', listening))
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/`,
    lose: async () => void lost.push(await pool.connect()),
    [Symbol.asyncDispose]: async () => {
      http.closeAllConnections()
      await new Promise((closed) => http.close(closed))
      for (const client of lost) client.release()
      await pool.end()
    },
  }
}

const locksOnTables = () => asApp((client) => client.query("SELECT FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND locktype = 'relation'").then(({ rowCount }) => rowCount))

test('every place of a pool is found, from the first request on, and nothing stays locked', async () => {
  await using app = await application({ places: 6 })
  await using asker = await askBehindLocks({ urls: [() => app.url], database, signal })
  expect(await countPlaces(asker.send, { most: 10 })).toMatchObject({ asked: 10, parallel: 6, sent: expect.arrayContaining([7]) })
  expect(await countPlaces(asker.send, { most: 6, from: 6 })).toEqual({ asked: 6, parallel: 6, tries: [6], sent: [6] })
  expect([await locksOnTables(), asker.waiting()]).toEqual([0, 0])
})

test('a place that is lost is missing in every try, however healthy its session looks', async () => {
  await using app = await application({ places: 6 })
  await using asker = await askBehindLocks({ urls: [() => app.url], database, signal })
  await countPlaces(asker.send, { most: 6 })
  await app.lose()
  await app.lose()
  expect(await countPlaces(asker.send, { most: 6, from: 6 })).toEqual({ asked: 6, parallel: 4, tries: [4, 4, 4], sent: [6, 5, 5] })
  expect(await countBeside(asker.send, { held: 2, places: 4 })).toMatchObject({ parallel: 2, tries: [2] })
})

test('a pool without any place left shows none', async () => {
  await using app = await application({ places: 2 })
  await using asker = await askBehindLocks({ urls: [() => app.url], database, signal })
  await app.lose()
  await app.lose()
  expect(await countPlaces(asker.send, { most: 2 })).toEqual({ asked: 2, parallel: 0, tries: [0], sent: [1] })
  expect(asker.waiting()).toBe(1)
}, 30_000)

test('that a pool has no place left it may also say by an error', async () => {
  await using app = await application({ places: 4, waitMs: 200 })
  await using asker = await askBehindLocks({ urls: [() => app.url], database, signal })
  const reading = await countPlaces(asker.send, { most: 8, from: 4 })
  expect(reading).toMatchObject({ parallel: 4, sent: expect.arrayContaining([5]) })
  expect(reading.declined).toBeUndefined()
})

test.each([
  ['a request that reads no table', 'SELECT 1'],
  ['one that fails', 'SELECT * FROM nowhere'],
])('%s never comes to the locks, and is told as such', async (_, sql) => {
  await using app = await application({ places: 3, sql })
  await using asker = await askBehindLocks({ urls: [() => app.url], database, signal })
  expect(await countPlaces(asker.send, { most: 3, from: 3 })).toMatchObject({ parallel: 0, declined: 3 })
})

test('a table that a transaction left open keeps to itself is not waited for in the server, and is tried again', async () => {
  await using app = await application({ places: 3 })
  await using asker = await askBehindLocks({ urls: [() => app.url], database, signal })
  expect(await countPlaces(asker.send, { most: 3, from: 3 })).toMatchObject({ parallel: 3 })
  await asApp(async (client) => {
    await client.query('BEGIN; SELECT * FROM parcel')
    expect(await asker.send(3)).toEqual({ atOnce: 0, declined: 3, inVain: false })
    setTimeout(() => void client.query('COMMIT'), 500)
    expect(await asker.send(3)).toEqual({ atOnce: 3, declined: 0, inVain: false })
  })
  expect(await countPlaces(asker.send, { most: 3, from: 3 })).toMatchObject({ parallel: 3, tries: [3] })
})

test('a harness that loses its session says so, and leaves nothing locked', async () => {
  await using app = await application({ places: 3 })
  await using asker = await askBehindLocks({ urls: [() => app.url], database, signal })
  await countPlaces(asker.send, { most: 3 })
  const admin = new pg.Client({ connectionString: database.adminUri })
  await admin.connect()
  await admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'lowtide-monitor-locks'")
  await admin.end()
  await expect(countPlaces(asker.send, { most: 3 })).rejects.toThrow(/session to PostgreSQL was lost|terminating connection/)
  expect(await locksOnTables()).toBe(0)
})

test('of several requests the first that reads a table is asked for', async () => {
  await using idle = await application({ places: 3, sql: 'SELECT 1' })
  await using app = await application({ places: 4 })
  await using asker = await askBehindLocks({ urls: [() => idle.url, () => app.url, () => idle.url], database, signal })
  expect(await countPlaces(asker.send, { most: 4, from: 4 })).toMatchObject({ parallel: 4, tries: [4] })
})

test('who else works with another table neither counts nor waits', async () => {
  await using app = await application({ places: 3 })
  await using asker = await askBehindLocks({ urls: [() => app.url], database, signal })
  await countPlaces(asker.send, { most: 3 })
  await asApp(async (client) => {
    let slowestMs = 0
    const over = new AbortController()
    const works = (async () => {
      for (let beganMs = performance.now(); !over.signal.aborted; beganMs = performance.now()) {
        await client.query('SELECT * FROM depot')
        slowestMs = Math.max(slowestMs, performance.now() - beganMs)
      }
    })()
    expect(await countPlaces(asker.send, { most: 6, from: 3 })).toMatchObject({ parallel: 3 })
    over.abort()
    await works
    expect(slowestMs).toBeLessThan(250)
  })
})

test('requests that read no table are tried three times, and no more', async () => {
  let asked = 0
  await using app = await application({ places: 2, sql: 'SELECT 1' })
  await using asker = await askBehindLocks({ urls: [() => ((asked += 1), app.url)], database, signal })
  await countPlaces(asker.send, { most: 2 })
  await countPlaces(asker.send, { most: 2 })
  expect(asked).toBe(3)
})

test('each request has a number of its own, for URLs that differ', async () => {
  const asked: number[] = []
  await using app = await application({ places: 2 })
  await using asker = await askBehindLocks({ urls: [(nth) => (asked.push(nth), `${app.url}?n=${nth}`)], database, signal })
  await countPlaces(asker.send, { most: 2, from: 2 })
  expect(asked).toEqual([1, 2, 3])
})
