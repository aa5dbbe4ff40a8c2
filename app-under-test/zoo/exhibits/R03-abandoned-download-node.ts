import type { Exhibit } from 'lowtide'
import { ordinary } from '../depot.ts'
import { revertedInNode } from '../reverts/reverted.ts'

export default {
  id: 'R03-node',
  title: 'knex 0.21.2: a stream that is destroyed keeps its connection, its query half read',
  source: 'gh:knex/knex#2324, gh:knex/knex#3900; mended in 0.21.3',
  stack: 'node, knex, pg',
  trigger: 'report',
  expected: { verdict: 'leak', by: ['no place of the pool is lost', 'no query runs with nothing in flight', 'no transaction outlives its request'], heal: 'permanent', route: 'report' },
  mended: ['mended'],
  scenario: {
    name: 'r03-abandoned-download-node',
    about: 'a client hangs up in the midst of a download, which is then ended',
    target: revertedInNode('abandoned-download'),
    load: {
      kind: 'routes',
      requestTimeoutMs: 5_000,
      routes: [...ordinary, { name: 'report', path: '/reports/{n}', abortAfterMs: 150 }],
    },
  },
} satisfies Exhibit
