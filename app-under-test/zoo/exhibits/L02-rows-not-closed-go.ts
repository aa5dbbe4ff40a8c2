import type { Exhibit } from 'lowtide'
import { goProgram, leakyAndMended, ordinary } from '../depot.ts'

export default {
  id: 'L02-go',
  title: 'rows not closed on early return',
  source: 'gh:newrelic/nri-flex#667, gh:NyaaPantsu/nyaa#926',
  stack: 'go, database/sql, lib/pq',
  trigger: 'first heavy',
  expected: { verdict: 'leak', by: ['no place of the pool is lost', 'sessions do not grow with the dose'], heal: 'permanent', route: 'first heavy' },
  mended: ['mended'],
  fast: true,
  scenario: {
    name: 'l02-rows-not-closed-go',
    about: 'rows are left open by an early return, and with them their connection',
    target: {
      ...goProgram('rows-not-closed', { poolMaxPerProcess: 40, idleTimeoutMs: 1_000 }),
      variants: leakyAndMended,
    },
    load: {
      kind: 'routes',
      requestTimeoutMs: 5_000,
      routes: [...ordinary, { name: 'first heavy', path: '/heavy/{n}', expect: { contains: 'the first heavy parcel' } }],
    },
  },
} satisfies Exhibit
