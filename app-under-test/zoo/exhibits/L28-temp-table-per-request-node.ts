import type { Exhibit } from 'lowtide'
import { leakyAndMended, nodeProgram, ordinary } from '../depot.ts'

export default {
  id: 'L28-node',
  title: 'temp table per request in a pooled session',
  source: 'gh:MagicStack/asyncpg#1293, gh:npgsql/npgsql#3902',
  stack: 'node, pg',
  trigger: 'batch',
  expected: { verdict: 'leak', by: ['temporary tables do not grow with the dose'], heal: 'permanent', route: 'batch' },
  mended: ['mended'],
  fast: true,
  scenario: {
    name: 'l28-temp-table-per-request-node',
    about: 'each request leaves a temporary table in its pooled session',
    target: {
      ...nodeProgram('temp-table-per-request', { poolMaxPerProcess: 10 }),
      variants: leakyAndMended,
    },
    load: {
      kind: 'routes',
      requestTimeoutMs: 5_000,
      routes: [...ordinary, { name: 'batch', path: '/batches/{n}', expect: { contains: 'batch of' } }],
    },
  },
} satisfies Exhibit
