import type { Exhibit } from 'lowtide'
import { leakyAndMended, nodeProgram, ordinary } from '../depot.ts'

export default {
  id: 'L31-node',
  title: 'log file descriptor reopened per request',
  source: 'gh:liftoff/GateOne#355, gh:midgardproject/midgard-core#37',
  stack: 'node, pg',
  trigger: 'audit',
  expected: { verdict: 'leak', by: ['descriptors do not grow with the dose'], heal: 'permanent', route: 'audit' },
  mended: ['mended'],
  fast: true,
  scenario: {
    name: 'l31-log-reopened-node',
    about: 'the log is opened anew for each entry and never closed',
    target: {
      ...nodeProgram('log-reopened', { poolMaxPerProcess: 10, idleTimeoutMs: 1_000 }),
      variants: leakyAndMended,
    },
    load: {
      kind: 'routes',
      requestTimeoutMs: 5_000,
      routes: [...ordinary, { name: 'audit', path: '/audits/{n}', expect: { contains: 'audited parcel' } }],
    },
  },
} satisfies Exhibit
