import type { Exhibit } from 'lowtide'
import { leakyAndMended, nodeProgram, ordinary } from '../depot.ts'

/** As of most applications, nothing is known of its pool: not how large it is, nor by which request its places could be counted. */
const { capacity: _, ...program } = nodeProgram('slot-lost-at-cap', {})

export default {
  id: 'L40-node',
  title: 'slot leak at the cap, and nobody has said what to count it by',
  source: 'Trac 5f754301b, b37c3c7f6; gh:brettwooldridge/HikariCP#442',
  stack: 'node, pg',
  trigger: 'void',
  expected: { verdict: 'leak', by: ['no place of the pool is lost'], heal: 'permanent', route: 'void' },
  mended: ['mended'],
  fast: true,
  scenario: {
    name: 'l40-unasked-for-places-node',
    about: 'a pool of constant size, of which nothing is declared, loses one usable connection after another',
    target: { ...program, variants: leakyAndMended },
    load: {
      kind: 'routes',
      requestTimeoutMs: 5_000,
      routes: [...ordinary, { name: 'void', method: 'POST', path: '/voids/5000', expect: { status: 404, contains: 'no parcel' } }],
    },
  },
} satisfies Exhibit
