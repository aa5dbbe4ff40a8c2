import type { Exhibit } from 'lowtide'
import { ordinary } from '../depot.ts'
import { revertedInNode } from '../reverts/reverted.ts'

export default {
  id: 'R04-node',
  title: 'TypeORM 1.0.0: a result that the cache cannot store keeps a connection',
  source: 'gh:typeorm/typeorm#12545; mended in 1.1.0',
  stack: 'node, typeorm, pg',
  trigger: 'depot',
  expected: { verdict: 'leak', by: ['no place of the pool is lost', 'sessions do not grow with the dose'], heal: 'permanent', route: 'depot' },
  mended: ['mended'],
  scenario: {
    name: 'r04-cached-for-a-month-node',
    about: 'a result is to be cached for longer than its table can say',
    target: revertedInNode('cached-for-a-month'),
    load: {
      kind: 'routes',
      requestTimeoutMs: 5_000,
      routes: [...ordinary, { name: 'depot', path: '/depots/{n}', expect: { status: 500, contains: 'out of range' } }],
    },
  },
} satisfies Exhibit
