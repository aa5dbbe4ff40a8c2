import type { Exhibit } from 'lowtide'
import { leakyAndMended, nodeProgram, ordinary } from '../depot.ts'

export default {
  id: 'L14-node',
  title: 'connect time-out zombie',
  source: 'gh:brianc/node-postgres#3543, gh:hapostgres/pg_auto_failover#1178',
  stack: 'node, pg',
  trigger: 'branch',
  expected: { verdict: 'leak', by: ['every session is used', 'sessions do not grow with the dose'], heal: 'permanent', route: 'branch' },
  mended: ['mended'],
  fast: true,
  scenario: {
    name: 'l14-connect-timeout-node',
    about: 'a connection that came too late for its time-out is never closed',
    target: {
      ...nodeProgram('connect-timeout', { poolMaxPerProcess: 10, idleTimeoutMs: 1_000 }),
      variants: leakyAndMended,
    },
    load: {
      kind: 'routes',
      requestTimeoutMs: 5_000,
      routes: [...ordinary, { name: 'branch', path: '/branch/{n}', expect: { status: 504, contains: 'in time' } }],
    },
  },
} satisfies Exhibit
