import type { Exhibit } from 'lowtide'
import { goProgram, ordinary } from '../depot.ts'

export default {
  id: 'H02-go',
  title: 'pool recycles identities',
  source: 'Go manual, database/sql, SetConnMaxLifetime',
  stack: 'go, database/sql, lib/pq',
  trigger: null,
  expected: { verdict: 'pass' },
  fast: true,
  scenario: {
    name: 'h02-identities-recycled-go',
    about: 'a pool that replaces each of its sessions every second',
    target: {
      ...goProgram('identities-recycled', { poolMaxPerProcess: 10, idleTimeoutMs: 1_000 }),
    },
    load: {
      kind: 'routes',
      requestTimeoutMs: 5_000,
      routes: [...ordinary],
    },
  },
} satisfies Exhibit
