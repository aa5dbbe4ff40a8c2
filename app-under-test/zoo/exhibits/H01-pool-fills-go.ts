import type { Exhibit } from 'lowtide'
import { goProgram, ordinary } from '../depot.ts'

export default {
  id: 'H01-go',
  title: 'pool fills to its maximum, then flat',
  source: 'Go manual, database/sql, SetMaxIdleConns',
  stack: 'go, database/sql, lib/pq',
  trigger: null,
  expected: { verdict: 'pass' },
  fast: true,
  scenario: {
    name: 'h01-pool-fills-go',
    about: 'a pool that fills to its maximum by and by, and stays there',
    target: {
      ...goProgram('pool-fills', { poolMaxPerProcess: 20 }),
    },
    load: {
      kind: 'routes',
      requestTimeoutMs: 5_000,
      routes: [...ordinary, { name: 'comparison', path: '/comparison/{n}', weight: 2, expect: { contains: 'compared' } }],
    },
  },
} satisfies Exhibit
