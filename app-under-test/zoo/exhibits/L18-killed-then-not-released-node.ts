import type { Exhibit } from 'lowtide'
import { leakyAndMended, nodeProgram, ordinary } from '../depot.ts'

export default {
  id: 'L18-node',
  title: 'killed by 25P03, then no release',
  source: 'gh:medplum/medplum#8987, gh:brianc/node-postgres#2852',
  stack: 'node, pg',
  trigger: 'payment',
  expected: { verdict: 'leak', by: ['no place of the pool is lost', 'no session was ended by a server time-out'], heal: 'permanent', route: 'payment' },
  mended: ['mended'],
  scenario: {
    name: 'l18-killed-then-not-released-node',
    about: 'the server ends a session in its transaction, and its place in the pool is lost',
    target: {
      ...nodeProgram('killed-then-not-released', { poolMaxPerProcess: 50, idleTimeoutMs: 1_000 }),
      variants: leakyAndMended,
    },
    load: {
      kind: 'routes',
      requestTimeoutMs: 5_000,
      routes: [...ordinary, { name: 'payment', method: 'POST', path: '/payments/{n}', expect: { contains: 'taken care of' } }],
    },
  },
} satisfies Exhibit
