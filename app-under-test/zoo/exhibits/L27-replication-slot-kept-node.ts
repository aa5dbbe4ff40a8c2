import type { Exhibit } from 'lowtide'
import { leakyAndMended, nodeProgram, ordinary } from '../depot.ts'

export default {
  id: 'L27-node',
  title: 'replication slot kept',
  source: 'gh:supabase/postgres#707, gh:neondatabase/neon#9752',
  stack: 'node, pg',
  trigger: 'changes',
  expected: { verdict: 'leak', by: ['no replication slot stays'], heal: 'permanent', route: 'changes' },
  mended: ['mended'],
  fast: true,
  scenario: {
    name: 'l27-replication-slot-kept-node',
    about: 'each request leaves a replication slot in the server',
    target: {
      ...nodeProgram('replication-slot-kept', { poolMaxPerProcess: 10, idleTimeoutMs: 1_000 }),
      mayReplicate: true,
      variants: leakyAndMended,
    },
    load: {
      kind: 'routes',
      requestTimeoutMs: 5_000,
      routes: [...ordinary, { name: 'changes', path: '/changes/{n}', expect: { contains: 'changes since' } }],
    },
  },
} satisfies Exhibit
