import type { Exhibit } from 'lowtide'
import { goProgram, leakyAndMended, ordinary } from '../depot.ts'

/** Its deadline is none of the time-outs by which a pool heals itself, and is not declared as one: 15 s, and with them a place of the pool, are lost by each error. */
export default {
  id: 'L37-go',
  title: 'transaction left to its context’s deadline',
  source: 'gh:StationA/tilenol#44, gh:jackc/pgx#2041, Go manual, `DB.BeginTx`: a transaction is rolled back when its context ends',
  stack: 'go, database/sql, lib/pq',
  trigger: 'audit',
  expected: { verdict: 'leak', by: ['no transaction outlives its request'], heal: 'by time-out', route: 'audit' },
  mended: ['mended'],
  fast: true,
  scenario: {
    name: 'l37-left-to-its-deadline-go',
    about: 'an error leaves a transaction open, until the deadline of its context',
    target: {
      ...goProgram('left-to-its-deadline', { poolMaxPerProcess: 40, idleTimeoutMs: 1_000 }),
      variants: leakyAndMended,
    },
    load: {
      kind: 'routes',
      requestTimeoutMs: 5_000,
      routes: [...ordinary, { name: 'audit', method: 'POST', path: '/audits/5000', expect: { status: 500, contains: 'was not audited' } }],
    },
  },
} satisfies Exhibit
