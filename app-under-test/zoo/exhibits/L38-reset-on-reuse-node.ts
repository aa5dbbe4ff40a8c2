import type { Exhibit } from 'lowtide'
import { leakyAndMended, nodeProgram, ordinary } from '../depot.ts'

export default {
  id: 'L38-node',
  title: 'session reset only when it is used again',
  source: 'gh:npgsql/npgsql#5592: a pooled connection is reset on re-use',
  stack: 'node, pg',
  trigger: 'label',
  // Of all that a load leaves, the next request ends but the last.
  expected: { verdict: 'leak', by: ['no transaction outlives its request'], heal: 'on nudge', route: 'label', capped: true },
  mended: ['mended'],
  fast: true,
  scenario: {
    name: 'l38-reset-on-reuse-node',
    about: 'a session goes back with its transaction, which ends when it is taken again',
    target: {
      ...nodeProgram('reset-on-reuse', { poolMaxPerProcess: 11, idleTimeoutMs: 1_000 }),
      // A nudge that does not take that session would end nothing.
      otherPath: '/queue',
      variants: leakyAndMended,
    },
    load: {
      kind: 'routes',
      requestTimeoutMs: 5_000,
      routes: [...ordinary, { name: 'label', method: 'POST', path: '/labels/5000', expect: { status: 404, contains: 'no parcel' } }],
    },
  },
} satisfies Exhibit
