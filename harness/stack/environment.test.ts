import { afterEach, expect, test, vi } from 'vitest'
import { targetEnvironment } from './environment.ts'
import type { BootOptions } from './stack.ts'

afterEach(() => vi.unstubAllEnvs())

const target = { name: 'shop', command: ['true'], readyPath: '/', env: { PGAPPNAME: 'shop' } }
const environment = () => targetEnvironment({ target, variant: null } as unknown as BootOptions, { databaseUrl: 'postgres://app@127.0.0.1:5000/app', port: 8080, logFile: '/log' })

test('the application finds this machine’s environment, and its own port and database', () => {
  vi.stubEnv('LANG', 'C.UTF-8')
  expect(environment()).toMatchObject({ LANG: 'C.UTF-8', PORT: '8080', DATABASE_URL: 'postgres://app@127.0.0.1:5000/app' })
})

test('no other database of the user’s is in it: an application that heeds libpq’s variables would be loaded there', () => {
  for (const [name, value] of Object.entries({ PGHOST: 'db.example', PGDATABASE: 'production', PGSSLMODE: 'require', PGOPTIONS: '-c statement_timeout=1', PG_MAJOR: '18' })) vi.stubEnv(name, value)
  const { PGHOST, PGDATABASE, PGSSLMODE, PGOPTIONS, ...rest } = environment()
  expect([PGHOST, PGDATABASE, PGSSLMODE, PGOPTIONS]).toEqual([undefined, undefined, undefined, undefined])
  // What the target declares is its own, and not all that begins so is libpq's.
  expect(rest).toMatchObject({ PGAPPNAME: 'shop', PG_MAJOR: '18' })
})
