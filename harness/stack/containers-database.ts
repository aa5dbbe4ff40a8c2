import { randomBytes } from 'node:crypto'
import { chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { PostgreSqlContainer } from '@testcontainers/postgresql'
import type { WaitStrategy } from 'testcontainers'
import { monitorName } from '../probes/monitor.ts'
import { defaultMaxConnections, type Target } from '../scenario/scenario.ts'
import { pullImage } from './containers-image.ts'
import type { Site } from './containers-site.ts'
import { fromEngine } from './from-engine.ts'
import { ownClient } from './own-client.ts'
import { serverSettings } from './postgres-settings.ts'
import { createAppRole } from './roles.ts'
import type { Database } from './stack.ts'

/** The name by which the application finds its database. */
const alias = 'database'
export const databasePort = 5432
const image = 'postgres:18'
const readyWithinMs = 60_000
const aDayMs = 86_400_000

/** Boots PostgreSQL in a container of its own and creates the application's role. Its log is `logs/postgres/server.json` of the run. */
export async function startDatabase(site: Site, { maxConnections = defaultMaxConnections, mayReplicate }: Pick<Target, 'maxConnections' | 'mayReplicate'>, signal: AbortSignal): Promise<{ readonly database: Database; readonly version: string }> {
  const logs = join(site.logs, 'postgres')
  await mkdir(logs)
  await chmod(logs, 0o777) // the server has a user of its own

  await pullImage(image, signal)
  const settings = { ...serverSettings({ maxConnections }), log_directory: '/var/log/postgresql' }
  const recipe = new PostgreSqlContainer(image)
    .withName(site.nameOf('database'))
    .withUsername('postgres')
    .withDatabase('postgres')
    .withPassword(randomBytes(12).toString('hex'))
    .withEnvironment({ POSTGRES_INITDB_ARGS: '--no-sync' })
    .withCommand(['postgres', ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])])
    .withBindMounts([{ source: logs, target: settings.log_directory }])
    // Parallel queries keep their hash tables there, and the default of 64 MB fails the larger ones.
    .withSharedMemorySize(256 * 1024 ** 2)
    .withNetworkMode(site.network)
    .withNetworkAliases(alias)
    .withLabels(site.labels)
    // The default asks four times a second for as long as the server lives, each time with a session that our ledgers would have to explain.
    .withHealthCheck({ test: ['CMD', 'true'], interval: aDayMs })
    .withWaitStrategy(noWait)
  const container = await fromEngine('create and start the container of PostgreSQL', () => recipe.start())

  const adminUri = `postgres://${container.getUsername()}:${container.getPassword()}@${site.host}:${container.getPort()}/${container.getDatabase()}`
  const version = await untilItAnswers(adminUri, signal)
  const appUri = await createAppRole(adminUri, { mayReplicate })
  return { database: { adminUri, appUri, appUriInside: inside(appUri), appRole: new URL(appUri).username, logFile: join(logs, 'server.json') }, version }
}

/** Testcontainers' own waits hear no AbortSignal; we wait for a real session instead. */
const noWait: WaitStrategy = {
  waitUntilReady: async () => {},
  withStartupTimeout: () => noWait,
  isStartupTimeoutSet: () => false,
  getStartupTimeout: () => readyWithinMs,
}

/** The image initialises its data with a server that listens on no TCP port, so the first TCP session is with the real one. */
async function untilItAnswers(adminUri: string, signal: AbortSignal): Promise<string> {
  for (const deadline = Date.now() + readyWithinMs; ; await delay(50, undefined, { signal })) {
    const client = ownClient({ connectionString: adminUri, application_name: `${monitorName}-boot`, connectionTimeoutMillis: 2_000, query_timeout: 2_000 })
    client.on('error', () => {}) // a server that goes away between two steps is asked again
    try {
      await client.connect()
      const { rows } = await client.query<{ server_version: string }>('SHOW server_version')
      return rows[0]?.server_version ?? 'unknown'
    } catch (cause) {
      if (Date.now() > deadline) throw new Error(`PostgreSQL (${image}) gave no session within ${readyWithinMs / 1000} s: ${cause instanceof Error ? cause.message : String(cause)}.`, { cause })
    } finally {
      await client.end().catch(() => {})
    }
  }
}

function inside(appUri: string): string {
  const uri = new URL(appUri)
  uri.hostname = alias
  uri.port = String(databasePort)
  return uri.href
}
