import type { Exhibit } from 'lowtide'
import { goProgram, leakyAndMended, ordinary } from '../depot.ts'

export default {
  id: 'L30-go',
  title: 'CLOSE_WAIT to an upstream',
  source: 'gh:civetweb/civetweb#792; Go manual, net/http, Response.Body',
  stack: 'go, database/sql, lib/pq',
  trigger: 'customs',
  expected: { verdict: 'leak', by: ['no socket stays half closed', 'descriptors do not grow with the dose'], heal: 'permanent', route: 'customs' },
  mended: ['mended'],
  fast: true,
  scenario: {
    name: 'l30-close-wait-go',
    about: 'answers of an upstream that has hung up are never read to their end',
    target: {
      ...goProgram('close-wait', { poolMaxPerProcess: 10, idleTimeoutMs: 1_000 }),
      variants: leakyAndMended,
    },
    load: {
      kind: 'routes',
      requestTimeoutMs: 5_000,
      routes: [...ordinary, { name: 'customs', path: '/customs/{n}', expect: { contains: 'customs said 200' } }],
    },
  },
} satisfies Exhibit
