import type { Exhibit } from 'lowtide'
import { nodeProgram, ordinary } from '../depot.ts'

export default {
  id: 'H01-node',
  title: 'pool fills to its maximum, then flat',
  source: 'HikariCP wiki, About Pool Sizing',
  stack: 'node, pg',
  trigger: null,
  expected: { verdict: 'pass' },
  fast: true,
  scenario: {
    name: 'h01-pool-fills-node',
    about: 'a pool that fills to its maximum by and by, and stays there',
    target: {
      ...nodeProgram('pool-fills', { poolMaxPerProcess: 20 }),
    },
    load: {
      kind: 'routes',
      requestTimeoutMs: 5_000,
      routes: [...ordinary, { name: 'comparison', path: '/comparison/{n}', weight: 2, expect: { contains: 'compared' } }],
    },
  },
} satisfies Exhibit
