import type { Exhibit } from 'lowtide'
import { nodeProgram, ordinary } from '../depot.ts'

export default {
  id: 'H05-node',
  title: 'warm LISTEN connection',
  source: 'PostgreSQL manual, LISTEN; gh:porsager/postgres#1022',
  stack: 'node, pg',
  trigger: null,
  expected: { verdict: 'pass' },
  fast: true,
  scenario: {
    name: 'h05-warm-listener-node',
    about: 'one session that listens from the start to the end',
    target: {
      ...nodeProgram('warm-listener', { poolMaxPerProcess: 10, listeners: 1, idleTimeoutMs: 1_000 }),
    },
    load: {
      kind: 'routes',
      requestTimeoutMs: 5_000,
      routes: [...ordinary, { name: 'announcement', method: 'POST', path: '/announcements/{n}', expect: { contains: 'announced' } }],
    },
  },
} satisfies Exhibit
