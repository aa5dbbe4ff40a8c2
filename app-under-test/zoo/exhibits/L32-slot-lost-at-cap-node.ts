import type { Exhibit } from 'lowtide'
import { leakyAndMended, nodeProgram, ordinary } from '../depot.ts'

export default {
  id: 'L32-node',
  title: 'slot leak at the cap: the number of sessions is constant',
  source: 'Trac 5f754301b, b37c3c7f6; gh:brettwooldridge/HikariCP#442',
  stack: 'node, pg',
  trigger: 'void',
  expected: { verdict: 'leak', by: ['no place of the pool is lost'], heal: 'permanent', route: 'void' },
  mended: ['mended'],
  fast: true,
  scenario: {
    name: 'l32-slot-lost-at-cap-node',
    about: 'a pool of constant size loses one usable connection after another',
    target: {
      ...nodeProgram('slot-lost-at-cap', { poolMaxPerProcess: 20 }),
      variants: leakyAndMended,
    },
    load: {
      kind: 'routes',
      requestTimeoutMs: 5_000,
      routes: [...ordinary, { name: 'void', method: 'POST', path: '/voids/5000', expect: { status: 404, contains: 'no parcel' } }],
    },
  },
} satisfies Exhibit
