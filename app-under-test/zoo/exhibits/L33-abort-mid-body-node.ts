import type { Exhibit } from 'lowtide'
import { leakyAndMended, nodeProgram, ordinary } from '../depot.ts'

export default {
  id: 'L33-node',
  title: 'only a rude client: abort mid-body with server cursor',
  source: 'gh:porsager/postgres#389',
  stack: 'node, pg',
  // A share of the clients, not of a route's requests.
  trigger: null,
  expected: { verdict: 'leak', by: ['no place of the pool is lost', 'no transaction outlives its request'], heal: 'permanent', route: 'report · abort mid-body' },
  mended: ['mended'],
  scenario: {
    name: 'l33-abort-mid-body-node',
    about: 'most read their report to the end; a few hang up in the midst of it, or misbehave in harmless ways',
    target: {
      ...nodeProgram('abort-with-cursor', { poolMaxPerProcess: 40, idleTimeoutMs: 1_000, transactionMs: 5_000 }),
      variants: leakyAndMended,
    },
    load: {
      kind: 'routes',
      requestTimeoutMs: 10_000,
      routes: [...ordinary, { name: 'report', path: '/reports/{n}', weight: 0.1, expect: { contains: 'end of report' } }],
      rude: { aborts: { midBody: 0.01, lastByte: 0.01 }, halfClose: 0.01, pipelinedPair: 0.01, routes: ['report'] },
    },
  },
} satisfies Exhibit
