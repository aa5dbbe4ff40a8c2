import type { Exhibit } from 'lowtide'
import { leakyAndMended, nodeProgram, ordinary } from '../depot.ts'

export default {
  id: 'L26-node',
  title: 'prepared transaction kept',
  source: 'gh:greenplum-db/gpdb#8052',
  stack: 'node, pg',
  trigger: 'handover',
  expected: { verdict: 'leak', by: ['no prepared transaction stays'], heal: 'permanent', route: 'handover' },
  mended: ['mended'],
  fast: true,
  scenario: {
    name: 'l26-prepared-transaction-kept-node',
    about: 'a failing request leaves a prepared transaction in the server',
    target: {
      ...nodeProgram('prepared-transaction-kept', { poolMaxPerProcess: 10, idleTimeoutMs: 1_000 }),
      variants: leakyAndMended,
    },
    load: {
      kind: 'routes',
      requestTimeoutMs: 5_000,
      routes: [...ordinary, { name: 'handover', method: 'POST', path: '/handovers/{n}', expect: { status: 500 } }],
    },
  },
} satisfies Exhibit
