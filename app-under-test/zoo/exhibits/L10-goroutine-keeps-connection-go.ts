import type { Exhibit } from 'lowtide'
import { goProgram, leakyAndMended, ordinary } from '../depot.ts'

export default {
  id: 'L10-go',
  title: 'goroutine keeps its connection on an error path',
  source: 'gh:sanketplus/go-mysql-lock#9, gh:jackc/pgx#2512',
  stack: 'go, database/sql, lib/pq',
  trigger: 'count',
  expected: { verdict: 'leak', by: ['no place of the pool is lost', 'no transaction outlives its request'], heal: 'permanent', route: 'count' },
  mended: ['mended'],
  fast: true,
  scenario: {
    name: 'l10-goroutine-keeps-connection-go',
    about: 'a goroutine returns on an error with its connection in a transaction',
    target: {
      ...goProgram('goroutine-keeps-connection', { poolMaxPerProcess: 40, idleTimeoutMs: 1_000 }),
      variants: leakyAndMended,
    },
    load: {
      kind: 'routes',
      requestTimeoutMs: 5_000,
      routes: [...ordinary, { name: 'count', method: 'POST', path: '/counts/5000', expect: { contains: 'will be counted' } }],
    },
  },
} satisfies Exhibit
