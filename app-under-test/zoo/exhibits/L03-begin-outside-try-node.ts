import type { Exhibit } from 'lowtide'
import { leakyAndMended, nodeProgram, ordinary } from '../depot.ts'

export default {
  id: 'L03-node',
  title: 'BEGIN outside try',
  source: 'gh:drizzle-team/drizzle-orm#6114, gh:brianc/node-postgres#1777',
  stack: 'node, pg',
  trigger: 'move',
  expected: { verdict: 'leak', by: ['no place of the pool is lost', 'no transaction outlives its request'], heal: 'permanent', route: 'move' },
  mended: ['mended'],
  fast: true,
  scenario: {
    name: 'l03-begin-outside-try-node',
    about: 'a transaction begins before the try that would end it',
    target: {
      ...nodeProgram('begin-outside-try', { poolMaxPerProcess: 40, idleTimeoutMs: 1_000 }),
      variants: leakyAndMended,
    },
    load: {
      kind: 'routes',
      requestTimeoutMs: 5_000,
      routes: [...ordinary, { name: 'move', method: 'POST', path: '/moves/5000', expect: { status: 500, contains: 'no parcel' } }],
    },
  },
} satisfies Exhibit
