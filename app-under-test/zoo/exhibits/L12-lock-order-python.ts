import type { Exhibit } from 'lowtide'
import { loadWith, pythonTarget } from '../python/target.ts'

export default {
  id: 'L12-python',
  title: 'pool and lock, in either order',
  source: 'Trac 850de02cc, gh:sleuthkit/sleuthkit#2402: a connection taken before a lock deadlocks once the pool is exhausted; gh:rails/rails#52235',
  stack: 'python, threads, psycopg2.pool',
  scenario: {
    name: 'l12-lock-order-python',
    about: 'a request takes a lock and then a connection, others a connection and then the lock',
    target: pythonTarget('lock_order', { poolMaxPerProcess: 2 }),
    // All hangs after the first deadlock: it need not be waited for long.
    load: { ...loadWith({ name: 'renew', path: '/renew?{n}', weight: 5, expect: { contains: '2000 names' } }), requestTimeoutMs: 1_000 },
  },
  trigger: 'renew',
  // Four times as many requests as the pool has places.
  plan: { concurrency: 8 },
  // What stays belongs to the requests that waited for the lock, whichever they were.
  expected: { verdict: 'leak', by: ['no transaction outlives its request', 'no socket stays half closed'], heal: 'permanent', route: null, capped: true },
  mended: ['mended'],
} satisfies Exhibit
