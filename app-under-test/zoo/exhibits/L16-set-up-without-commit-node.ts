import type { Exhibit } from 'lowtide'
import { leakyAndMended, nodeProgram, readDepot, readParcel } from '../depot.ts'

export default {
  id: 'L16-node',
  title: 'set-up statement in a transaction without commit',
  source: 'Trac 99e73fbfa (#4987), gh:metabase/metabase#42862',
  stack: 'node, pg',
  trigger: 'overview',
  expected: { verdict: 'leak', by: ['no transaction outlives its request'], heal: 'permanent', route: 'overview' },
  mended: ['mended'],
  fast: true,
  scenario: {
    name: 'l16-set-up-without-commit-node',
    about: 'pooled sessions are left in the transaction that set them up',
    target: {
      ...nodeProgram('set-up-without-commit', { poolMaxPerProcess: 10 }),
      variants: leakyAndMended,
    },
    load: {
      kind: 'routes',
      requestTimeoutMs: 5_000,
      routes: [readParcel, readDepot, { name: 'overview', path: '/overview/{n}', expect: { contains: 'overview of' } }],
    },
  },
} satisfies Exhibit
