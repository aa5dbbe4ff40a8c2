import type { Exhibit } from 'lowtide'
import { leakyAndMended, nodeProgram, ordinary } from '../depot.ts'

export default {
  id: 'L35-node',
  title: 'only a rude client: vanished without FIN or RST',
  source: 'gh:estuary/flow#2714, gh:PostHog/duckgres#535: a peer that no longer reads holds the transaction that is sent to it',
  stack: 'node, pg',
  trigger: null,
  expected: { verdict: 'leak', by: ['no transaction outlives its request'], heal: 'permanent', route: 'report · vanish' },
  mended: ['mended'],
  scenario: {
    name: 'l35-no-write-timeout-node',
    about: 'most read their report to the end; a few drive into a tunnel, hang up, or read slowly',
    target: {
      ...nodeProgram('no-write-timeout', { poolMaxPerProcess: 40, idleTimeoutMs: 1_000, transactionMs: 5_000, vanishedClientMs: 4_000 }),
      variants: leakyAndMended,
    },
    load: {
      kind: 'routes',
      requestTimeoutMs: 10_000,
      routes: [...ordinary, { name: 'report', path: '/reports/{n}', weight: 0.1, expect: { contains: 'end of report' } }],
      rude: { vanish: 0.01, aborts: { midBody: 0.01, lastByte: 0.01 }, halfClose: 0.01, routes: ['report'] },
    },
  },
} satisfies Exhibit
