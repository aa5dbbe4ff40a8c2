import type { Exhibit } from 'lowtide'
import { leakyAndMended, nodeProgram, ordinary } from '../depot.ts'

export default {
  id: 'L11-node',
  title: 'nested checkout deadlock',
  source: 'gh:brettwooldridge/HikariCP#442, gh:openmrs/openmrs-core#6275',
  stack: 'node, pg',
  trigger: null,
  expected: { verdict: 'leak', by: ['no place of the pool is lost', 'no transaction outlives its request', 'no query runs with nothing in flight'], heal: 'permanent', route: 'handoff' },
  mended: ['mended'],
  plan: { concurrency: 12 },
  scenario: {
    name: 'l11-nested-checkout-node',
    about: 'requests that hold one connection of the pool wait for a second',
    target: {
      ...nodeProgram('nested-checkout', { poolMaxPerProcess: 4, idleTimeoutMs: 1_000 }),
      variants: leakyAndMended,
    },
    load: {
      kind: 'routes',
      requestTimeoutMs: 5_000,
      routes: [...ordinary, { name: 'handoff', method: 'POST', path: '/handoffs/{n}', weight: 6, expect: { contains: 'handed parcel' } }],
    },
  },
} satisfies Exhibit
