import type { Exhibit } from 'lowtide'
import { leakyAndMended, nodeProgram, ordinary } from '../depot.ts'

export default {
  id: 'L04-node',
  title: 'cancel between acquire and use',
  source: 'gh:psycopg/psycopg#1208, gh:sqlalchemy/sqlalchemy#6652',
  stack: 'node, pg',
  trigger: 'quote',
  expected: { verdict: 'leak', by: ['no place of the pool is lost', 'every session is used', 'sessions do not grow with the dose'], heal: 'permanent', route: 'quote' },
  mended: ['mended'],
  scenario: {
    name: 'l04-cancelled-before-use-node',
    about: 'a client hangs up between the checkout of a connection and its use',
    target: {
      ...nodeProgram('cancelled-before-use', { poolMaxPerProcess: 40, idleTimeoutMs: 1_000 }),
      variants: leakyAndMended,
    },
    load: {
      kind: 'routes',
      requestTimeoutMs: 5_000,
      routes: [...ordinary, { name: 'quote', path: '/quotes/{n}', abortAfterMs: 60 }],
    },
  },
} satisfies Exhibit
