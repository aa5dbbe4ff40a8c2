import type { Exhibit } from 'lowtide'
import { leakyAndMended, nodeProgram, ordinary } from '../depot.ts'

export default {
  id: 'L24-node',
  title: 'LISTEN connection per request',
  source: 'gh:porsager/postgres#1022, gh:mosamlife/wpmgr#496',
  stack: 'node, pg',
  trigger: 'news',
  expected: { verdict: 'leak', by: ['sessions do not grow with the dose', 'no session is forgotten'], heal: 'permanent', route: 'news' },
  mended: ['mended'],
  scenario: {
    name: 'l24-listen-per-request-node',
    about: 'each request that waits in vain leaves a connection that listens',
    target: {
      ...nodeProgram('listen-per-request', { poolMaxPerProcess: 10, idleTimeoutMs: 1_000 }),
      variants: leakyAndMended,
    },
    load: {
      kind: 'routes',
      requestTimeoutMs: 5_000,
      routes: [...ordinary, { name: 'news', path: '/news/{n}', expect: { contains: 'no news' } }],
    },
  },
} satisfies Exhibit
