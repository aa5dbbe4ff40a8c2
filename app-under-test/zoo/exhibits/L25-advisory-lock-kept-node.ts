import type { Exhibit } from 'lowtide'
import { leakyAndMended, nodeProgram, ordinary } from '../depot.ts'

export default {
  id: 'L25-node',
  title: 'advisory lock kept',
  source: 'gh:npgsql/npgsql#5592, gh:SaaSy-Solutions/mockforge#968',
  stack: 'node, pg',
  trigger: 'sorting',
  expected: { verdict: 'leak', by: ['no advisory lock stays'], heal: 'permanent', route: 'sorting' },
  mended: ['mended'],
  fast: true,
  scenario: {
    name: 'l25-advisory-lock-kept-node',
    about: 'a failing request leaves its advisory lock on a pooled session',
    target: {
      ...nodeProgram('advisory-lock-kept', { poolMaxPerProcess: 10 }),
      variants: leakyAndMended,
    },
    load: {
      kind: 'routes',
      requestTimeoutMs: 5_000,
      routes: [...ordinary, { name: 'sorting', method: 'POST', path: '/sorting/{n}', expect: { status: 500, contains: 'division by zero' } }],
    },
  },
} satisfies Exhibit
