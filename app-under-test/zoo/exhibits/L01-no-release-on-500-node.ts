import type { Exhibit } from 'lowtide'
import { leakyAndMended, nodeProgram, ordinary } from '../depot.ts'

export default {
  id: 'L01-node',
  title: 'no release on 500',
  source: 'gh:brianc/node-postgres#1777, gh:tconbeer/harlequin-postgres#66',
  stack: 'node, pg',
  trigger: 'share',
  expected: { verdict: 'leak', by: ['no place of the pool is lost', 'sessions do not grow with the dose'], heal: 'permanent', route: 'share' },
  mended: ['mended'],
  fast: true,
  scenario: {
    name: 'l01-no-release-on-500-node',
    about: 'a query fails, and its connection is never given back',
    target: {
      ...nodeProgram('no-release-on-500', { poolMaxPerProcess: 40, idleTimeoutMs: 1_000 }),
      variants: leakyAndMended,
    },
    load: {
      kind: 'routes',
      requestTimeoutMs: 5_000,
      routes: [...ordinary, { name: 'share', path: '/shares/1000', expect: { status: 500, contains: 'division by zero' } }],
    },
  },
} satisfies Exhibit
