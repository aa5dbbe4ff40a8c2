import type { Exhibit } from 'lowtide'
import { leakyAndMended, nodeProgram, ordinary } from '../depot.ts'

export default {
  id: 'L17-node',
  title: 'release in aborted transaction',
  source: 'gh:brianc/node-postgres#3597, gh:oven-sh/bun#36075',
  stack: 'node, pg',
  trigger: 'import',
  expected: { verdict: 'leak', by: ['no aborted transaction stays'], heal: 'permanent', route: 'import' },
  mended: ['mended'],
  fast: true,
  scenario: {
    name: 'l17-release-in-aborted-transaction-node',
    about: 'connections go back into the pool with an aborted transaction',
    target: {
      ...nodeProgram('release-in-aborted-transaction', { poolMaxPerProcess: 14 }),
      variants: leakyAndMended,
    },
    load: {
      kind: 'routes',
      requestTimeoutMs: 5_000,
      routes: [...ordinary, { name: 'import', method: 'POST', path: '/imports/1', expect: { status: 500 } }],
    },
  },
} satisfies Exhibit
