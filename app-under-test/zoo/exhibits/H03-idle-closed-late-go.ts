import type { Exhibit } from 'lowtide'
import { goProgram, ordinary } from '../depot.ts'

export default {
  id: 'H03-go',
  title: 'idle closed only by the next request',
  source: 'gh:PostgREST/postgrest#3902',
  stack: 'go, database/sql, lib/pq',
  trigger: null,
  expected: { verdict: 'pass' },
  fast: true,
  scenario: {
    name: 'h03-idle-closed-late-go',
    about: 'a pool that closes what is idle only when the next request comes',
    target: {
      ...goProgram('idle-closed-late', { poolMaxPerProcess: 10, idleTimeoutMs: 1_000 }),
      // What comes in closes what is idle, this request as well as any other.
      otherPath: '/ready',
    },
    load: {
      kind: 'routes',
      requestTimeoutMs: 5_000,
      routes: [...ordinary, { name: 'queue', path: '/queue/{n}', weight: 2, expect: { contains: 'in its depot' } }],
    },
  },
} satisfies Exhibit
