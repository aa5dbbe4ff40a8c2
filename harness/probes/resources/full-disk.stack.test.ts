import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, expect, test } from 'vitest'
import { startEmbeddedPostgres } from '../../stack/embedded-postgres.ts'
import { createAppRole } from '../../stack/roles.ts'
import type { Stack } from '../../stack/stack.ts'
import type { ServerLog } from '../../timeline/entry.ts'
import { blindOf } from '../blind.ts'
import postgresLog from './postgres-log.ts'

const home = mkdtempSync(join(tmpdir(), 'full-disk-test-'))
chmodSync(home, 0o755)
mkdirSync(join(home, 'disk'))
/** Only root may mount one, and not in every container. */
const hasDisk = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=160m,mode=755', 'full-disk-test', join(home, 'disk')], { stdio: 'ignore' }).status === 0
afterAll(() => {
  if (hasDisk) execFileSync('umount', ['--lazy', join(home, 'disk')])
  rmSync(home, { recursive: true })
})

test.runIf(hasDisk)('a disk that is full under the database is named by the probe that it blinds, and, as soon as that can be read, by the server’s own log', { timeout: 60_000 }, async () => {
  const signal = AbortSignal.timeout(50_000)
  await using server = await startEmbeddedPostgres({ home: join(home, 'disk'), logFile: join(home, 'postgres.log'), maxConnections: 20, env: {}, signal })
  const appUri = await createAppRole(server.adminUri)
  const said: ServerLog[] = []
  await using log = await postgresLog.open({ database: { adminUri: server.adminUri, appUri } } as Stack, { signal, say: (line) => line.kind === 'server-log' && said.push(line) })
  const client = new pg.Client({ connectionString: appUri })
  client.on('error', () => {})
  await client.connect()
  await client.query('CREATE UNLOGGED TABLE parcel (note text)') // without write-ahead log, for want of whose place the server would crash
  await expect(client.query("INSERT INTO parcel SELECT repeat(md5(n::text), 60) FROM generate_series(1, 100_000) AS n")).rejects.toMatchObject({ code: '53100' })
  const told = await log.look(signal).catch((error: unknown) => blindOf('postgres-log', error))
  expect(told).toEqual({ kind: 'blind', probe: 'postgres-log', reason: expect.stringMatching(/^PostgreSQL's disk is full: could not \w+ .*: No space left on device$/), sqlstate: '53100' })

  await client.query('DROP TABLE parcel')
  await client.end()
  await log.look(signal)
  expect(said).toContainEqual({ kind: 'server-log', pid: expect.any(Number), severity: 'ERROR', sqlstate: '53100', message: expect.stringMatching(/^could not extend file "base\/\d+\/\d+".*: No space left on device$/) })
})
