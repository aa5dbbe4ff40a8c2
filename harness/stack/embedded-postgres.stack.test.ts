import { mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, realpathSync, rmSync, statSync, chmodSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openMonitor } from '../probes/monitor.ts'
import { dataDirOf, startEmbeddedPostgres } from './embedded-postgres.ts'
import { findOwned } from './owned.ts'
import { createAppRole } from './roles.ts'

let home = ''
beforeEach(() => {
  home = join(realpathSync(mkdtempSync(join(tmpdir(), 'embedded-test-'))), 'home')
  mkdirSync(home)
  for (const dir of [home, join(home, '..')]) chmodSync(dir, 0o755)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(join(home, '..'), { recursive: true, force: true, maxRetries: 5 })
})

const boot = (signal = AbortSignal.timeout(25_000), env: Readonly<Record<string, string>> = {}) => startEmbeddedPostgres({ home, logFile: join(home, '..', 'postgres.log'), maxConnections: 20, env, signal })
const left = () => findOwned([{ kind: 'postgres', dataDir: dataDirOf(home) }])
const postmaster = () => Number.parseInt(readFileSync(join(dataDirOf(home), 'postmaster.pid'), 'utf8'), 10)
const signal = () => AbortSignal.timeout(5_000)

test('the superuser’s password is in no file that another user can read', async () => {
  await using _server = await boot()
  expect(readdirSync(home).filter((name) => name !== 'data' && name !== 'postgresql')).toEqual([])
  expect(statSync(dataDirOf(home)).mode & 0o077).toBe(0)
})

test('a server that is stopped leaves no shared memory; one that is killed does, which is found and removed', async () => {
  await (await boot())[Symbol.asyncDispose]()
  expect(await left()).toEqual([])
  rmSync(dataDirOf(home), { recursive: true })

  const server = await boot()
  process.kill(postmaster(), 'SIGKILL')
  await expect.poll(left).toEqual([expect.stringMatching(/^shared memory \d+$/)])
  await server[Symbol.asyncDispose]()
  expect(await left()).toEqual([])
})

test('an initdb that does not come to its end is given up in time, with all that it started', async () => {
  const overdue = startEmbeddedPostgres({ home, logFile: join(home, '..', 'postgres.log'), maxConnections: 20, env: {}, signal: signal(), initialisedWithinMs: 20 })
  await expect(overdue).rejects.toThrow(/^initdb of \S+ had not ended after 0\.02 s\. It said .*\. Does that disk hang, or has this machine no processor to spare\? Try again then, or set TMPDIR to a folder on another disk\.$/)
  expect(await left()).toEqual([])
})

test.runIf(process.platform === 'linux')('what initdb starts, and an interruption kills, has its shared memory in the data directory, which goes with the run', async () => {
  const interrupt = new AbortController()
  const interrupted = boot(interrupt.signal).then(() => null, (error: Error) => error.name)
  let mapped: readonly string[] = []
  await expect.poll(() => (mapped = sharedFilesOf(dataDirOf(home))).length, { interval: 2 }).toBeGreaterThan(0)
  interrupt.abort()
  expect(await interrupted).toBe('AbortError')
  for (const file of mapped) expect(file.startsWith(dataDirOf(home))).toBe(true)
})

/** Files of dynamic shared memory that the servers of a data directory map. */
function sharedFilesOf(dataDir: string): readonly string[] {
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid)).flatMap((pid) => {
    try {
      return readlinkSync(`/proc/${pid}/cwd`) === dataDir ? (readFileSync(`/proc/${pid}/maps`, 'utf8').match(/\/\S*(?:dev\/shm|pg_dynshmem)\/\S+/g) ?? []) : []
    } catch {
      return [] // gone
    }
  })
}

test('an initdb that fails is told with what it failed of, and not with what it does then', async () => {
  await expect(boot(undefined, { PGDATESTYLE: 'today' })).rejects.toThrow(/^initdb of \S+ failed with exit code 1: FATAL: {2}invalid value for parameter "DateStyle": "today"$/)
})

test.runIf(process.getuid?.() === 0)('a folder that only root may enter is told as such, with what to do: the server does not run as root', async () => {
  chmodSync(join(home, '..'), 0o700)
  await expect(boot()).rejects.toThrow(`PostgreSQL does not run as root, and "nobody", as whom it runs then, may not enter ${home}. Set TMPDIR to a folder that anyone may enter, such as /tmp.`)
})

test('a user whose shell speaks of other databases has a server, a role and a monitor as any other', async () => {
  const others = { PGSSLMODE: 'require', PGSSLNEGOTIATION: 'direct', PGOPTIONS: '-c default_transaction_read_only=on', PGDATESTYLE: 'German', PGDATA: '/nowhere', PGPORT: '1', PGUSER: 'ada' }
  for (const [name, value] of Object.entries(others)) vi.stubEnv(name, value)
  await using server = await boot()
  await createAppRole(server.adminUri)
  await using monitor = await openMonitor(server.adminUri, 'test')
  const settings = "SELECT name, setting FROM pg_settings WHERE source IN ('environment variable', 'client') AND name <> 'application_name' ORDER BY name"
  expect(await monitor.query(settings, [], signal())).toEqual([{ name: 'client_encoding', setting: 'UTF8' }, { name: 'statement_timeout', setting: '5000' }])
})

test('a disk that takes no more of its log ends neither the server nor this process', async () => {
  symlinkSync('/dev/full', join(home, '..', 'postgres.log'))
  await using server = await boot()
  await using monitor = await openMonitor(server.adminUri, 'test')
  expect(await monitor.query('SELECT 1 AS one', [], signal())).toMatchObject([{ one: 1 }])
})

test('a server that ends the session in which the application’s role is made is told, and does not end this process', async () => {
  await using server = await boot()
  await using monitor = await openMonitor(server.adminUri, 'test')
  const created = createAppRole(server.adminUri).catch((error: Error) => error.message)
  await expect.poll(() => monitor.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'lowtide-monitor-boot'", [], signal()), { interval: 1 }).toHaveLength(1)
  expect(await created).toBe('The role of the application could not be made: terminating connection due to administrator command.')
})

test('a role that is not made in time, as another session holds a lock on roles, is given up', async () => {
  await using server = await boot()
  await using monitor = await openMonitor(server.adminUri, 'test')
  for (const sql of ['BEGIN', 'LOCK TABLE pg_authid IN SHARE MODE']) await monitor.query(sql, [], signal())
  await expect(createAppRole(server.adminUri, { withinMs: 300 })).rejects.toThrow(/^The role of the application could not be made: PostgreSQL did not answer within 0\.3 s: does its disk hang, or does another session hold a lock\?$/)
})

test('it ends also when it is frozen, and so does a monitor of it', async () => {
  const server = await boot()
  const monitor = await openMonitor(server.adminUri, 'test')
  const [backend] = await monitor.query<{ pid: number }>('SELECT pg_backend_pid() AS pid', [], signal())
  for (const pid of [postmaster(), backend?.pid ?? 0]) process.kill(pid, 'SIGSTOP')
  await expect(monitor.query('SELECT 1', [], AbortSignal.timeout(300))).rejects.toThrow(/timeout/)

  const beganMs = performance.now()
  await monitor[Symbol.asyncDispose]()
  expect(performance.now() - beganMs).toBeLessThan(3_000)
  await server[Symbol.asyncDispose]()
  expect(performance.now() - beganMs).toBeLessThan(10_000)
  expect(await left()).toEqual([])
}, 30_000)

test('a monitor whose session the server has ended says so from then on', async () => {
  await using server = await boot()
  await using monitor = await openMonitor(server.adminUri, 'test')
  await using other = await openMonitor(server.adminUri, 'other')
  await other.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'lowtide-monitor-test'", [], signal())
  for (let nth = 0; nth < 2; nth += 1) await expect(monitor.query('SELECT 1', [], signal())).rejects.toThrow(/lost|terminat|closed|not queryable|ECONNRESET/i)
})

test.each([20, 150, 400, 900])('an abort after %i ms leaves no process and no shared memory behind', async (ms) => {
  await expect(boot(AbortSignal.any([AbortSignal.timeout(ms)])).then((server) => server[Symbol.asyncDispose]().then(() => Promise.reject(new Error('timeout: booted before the abort'))))).rejects.toThrow(/timeout|abort/i)
  expect(await left()).toEqual([])
})

test.each([
  [false, 'permission denied to use replication slots'],
  [true, 'made'],
])('the application is no superuser, and makes replication slots only where it may: %s', async (mayReplicate, expected) => {
  await using server = await boot()
  await using app = await openMonitor(await createAppRole(server.adminUri, { mayReplicate }), 'test')
  expect(await app.query('SELECT usesuper FROM pg_user WHERE usename = current_user', [], signal())).toEqual([{ usesuper: false }])
  expect(await app.query("SELECT pg_create_physical_replication_slot('tide')", [], signal()).then(() => 'made', (error: Error) => error.message)).toBe(expected)
})
