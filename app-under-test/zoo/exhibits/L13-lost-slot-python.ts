import type { Exhibit } from 'lowtide'
import { loadWith, pythonTarget } from '../python/target.ts'

/**
 * Below eight triggers only the capacity of the pool tells: sessions become fewer, and those that are left look healthy. After the eighth every
 * request waits for a place, for ever.
 */
export default {
  id: 'L13-python',
  title: 'slot lost when the server ends the session',
  source: 'Trac 5f754301b, b37c3c7f6: the placeholder of a connection that could not be made, or is broken, stays in the pool',
  stack: 'python, threads, psycopg2, a pool of its own',
  scenario: {
    name: 'l13-lost-slot-python',
    about: 'a pool goes on counting a connection that the server has ended',
    target: pythonTarget('lost_slot', { poolMaxPerProcess: 8 }, { capacity: { path: '/hold', holdsMs: 1_000 } }),
    load: { ...loadWith({ name: 'interrupted', path: '/interrupted?{n}', weight: 5, expect: { status: 500, contains: 'failed: OperationalError' } }), requestTimeoutMs: 1_000 },
  },
  trigger: 'interrupted',
  expected: { verdict: 'leak', by: ['no place of the pool is lost', 'no socket stays half closed'], heal: 'permanent', route: 'interrupted', capped: true },
  fast: true,
  mended: ['mended'],
} satisfies Exhibit
