import { createServer } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { ownClient } from './own-client.ts'

afterEach(() => vi.unstubAllEnvs())

test('what a session of ours asks a server for is the same, whatever the shell says of the user’s other databases', async () => {
  const asked = await firstBytes()
  const others = { PGHOST: 'db.example', PGPORT: '1', PGUSER: 'ada', PGDATABASE: 'production', PGPASSWORD: 'x', PGSSLMODE: 'require', PGSSLNEGOTIATION: 'direct', PGOPTIONS: '-c statement_timeout=1', PGAPPNAME: 'psql', PGREPLICATION: 'database', PGCLIENT_ENCODING: 'LATIN1' }
  for (const [name, value] of Object.entries(others)) vi.stubEnv(name, value)
  expect(await firstBytes()).toBe(asked)
  expect(asked).toContain('user\0app\0database\0app\0application_name\0lowtide-test\0')
})

/** Of a connection to a server that ends it then. */
async function firstBytes(): Promise<string> {
  const { promise: bytes, resolve } = Promise.withResolvers<string>()
  await using server = createServer((socket) => socket.once('data', (data) => {
    resolve(data.toString('latin1'))
    socket.destroy()
  })).listen(0, '127.0.0.1')
  await new Promise((listening) => server.once('listening', listening))
  const address = server.address()
  const client = ownClient({ connectionString: `postgres://app:secret@127.0.0.1:${typeof address === 'object' ? address?.port : 0}/app`, application_name: 'lowtide-test' })
  client.on('error', () => {})
  await client.connect().catch(() => {})
  return await bytes
}
