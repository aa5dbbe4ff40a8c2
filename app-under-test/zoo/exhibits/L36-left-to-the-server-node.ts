import type { Exhibit } from 'lowtide'
import { leakyAndMended, nodeProgram, ordinary } from '../depot.ts'

/** The time-out is longer than a settle looks: the transaction is seen at rest first, and its end in the server's log. */
export default {
  id: 'L36-node',
  title: 'transaction left to the server’s time-out',
  source: 'gh:PrairieLearn/PrairieLearn#2396, gh:onyx-dot-app/onyx#9342, gh:element-hq/synapse#20077: idle_in_transaction_session_timeout against sessions that leak',
  stack: 'node, pg',
  trigger: 'audit',
  expected: { verdict: 'leak', by: ['no session was ended by a server time-out', 'no transaction outlives its request'], heal: 'by time-out', route: 'audit' },
  mended: ['mended'],
  fast: true,
  scenario: {
    name: 'l36-left-to-the-server-node',
    about: 'an error leaves a session in its transaction, until the server ends it',
    target: {
      ...nodeProgram('left-to-the-server', { poolMaxPerProcess: 10, idleTimeoutMs: 1_000 }),
      variants: leakyAndMended,
    },
    load: {
      kind: 'routes',
      requestTimeoutMs: 5_000,
      routes: [...ordinary, { name: 'audit', method: 'POST', path: '/audits/5000', expect: { status: 500, contains: 'no parcel 5000' } }],
    },
  },
} satisfies Exhibit
