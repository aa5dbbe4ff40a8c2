import type { Exhibit } from 'lowtide'
import { leakyAndMended, nodeProgram, ordinary } from '../depot.ts'

export default {
  id: 'L02-node',
  title: 'no release on early return',
  source: 'gh:brianc/node-postgres#227',
  stack: 'node, pg',
  trigger: 'receipt',
  expected: { verdict: 'leak', by: ['no place of the pool is lost', 'sessions do not grow with the dose'], heal: 'permanent', route: 'receipt' },
  mended: ['mended'],
  fast: true,
  scenario: {
    name: 'l02-no-release-on-early-return-node',
    about: 'a guard returns early, and the connection stays checked out',
    target: {
      ...nodeProgram('no-release-on-early-return', { poolMaxPerProcess: 40, idleTimeoutMs: 1_000 }),
      variants: leakyAndMended,
    },
    load: {
      kind: 'routes',
      requestTimeoutMs: 5_000,
      routes: [...ordinary, { name: 'receipt', path: '/receipts/5000', expect: { status: 404, contains: 'no parcel' } }],
    },
  },
} satisfies Exhibit
