import type { Exhibit } from 'lowtide'
import { leakyAndMended, nodeProgram, ordinary } from '../depot.ts'

export default {
  id: 'L29-node',
  title: 'pool per tenant never closed',
  source: 'gh:prisma/orm#10247, gh:n8n-io/n8n#32724',
  stack: 'node, pg',
  trigger: 'tenant',
  expected: { verdict: 'leak', by: ['sessions do not grow with the dose', 'no session is forgotten'], heal: 'permanent', route: 'tenant' },
  mended: ['mended'],
  fast: true,
  scenario: {
    name: 'l29-pool-per-tenant-node',
    about: 'the pools of tenants are forgotten and never closed',
    target: {
      ...nodeProgram('pool-per-tenant', { poolMaxPerProcess: 14 }),
      variants: leakyAndMended,
    },
    load: {
      kind: 'routes',
      requestTimeoutMs: 5_000,
      routes: [...ordinary, { name: 'tenant', path: '/tenants/{n}', expect: { contains: 'parcels' } }],
    },
  },
} satisfies Exhibit
