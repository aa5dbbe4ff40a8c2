import type { Exhibit } from 'lowtide'
import { leakyAndMended, nodeProgram, ordinary } from '../depot.ts'

export default {
  id: 'L05-node',
  title: 'abort mid-body with server cursor',
  source: 'gh:porsager/postgres#389',
  stack: 'node, pg',
  trigger: 'report',
  expected: { verdict: 'leak', by: ['no place of the pool is lost', 'no transaction outlives its request'], heal: 'permanent', route: 'report' },
  mended: ['mended'],
  scenario: {
    name: 'l05-abort-with-cursor-node',
    about: 'a client hangs up while rows of a server cursor are sent',
    target: {
      ...nodeProgram('abort-with-cursor', { poolMaxPerProcess: 40, idleTimeoutMs: 1_000 }),
      variants: leakyAndMended,
    },
    load: {
      kind: 'routes',
      requestTimeoutMs: 5_000,
      routes: [...ordinary, { name: 'report', path: '/reports/{n}', abortAfterMs: 150 }],
    },
  },
} satisfies Exhibit
