import type { Exhibit } from 'lowtide'
import { revertedInPython } from '../reverts/reverted.ts'

/**
 * A session takes 50 ms to be set up, and the client allows 1 ms. It is closed with its object; its place stays taken. The pool opens
 * sessions one after another: the request that takes a place holds it long enough for all eight.
 */
export default {
  id: 'R05-python',
  title: 'psycopg_pool 3.1.6: who is cancelled in the queue is given a connection all the same',
  source: 'gh:psycopg/psycopg#503, gh:psycopg/psycopg#509; mended in 3.1.7',
  stack: 'python, asyncio, psycopg_pool',
  trigger: 'impatient report',
  expected: { verdict: 'leak', by: ['no place of the pool is lost'], heal: 'permanent', route: 'impatient report', capped: true },
  mended: ['mended'],
  scenario: {
    name: 'r05-cancelled-in-queue-python',
    about: 'a request waits for a connection of the pool, and no longer than it has time',
    target: { ...revertedInPython('cancelled_in_queue'), capacity: { path: '/places', holdsMs: 1_000 }, limits: { poolMaxPerProcess: 8, workers: 1, transactionMs: 3_000 } },
    load: {
      kind: 'routes',
      requestTimeoutMs: 5_000,
      routes: [
        { name: 'parcel', path: '/parcel?n={n}', weight: 3, expect: { contains: 'in its depot' } },
        { name: 'scan', path: '/scan?n={n}', weight: 1, expect: { contains: 'scanned parcel' } },
        { name: 'impatient report', path: '/report?within=0.001&n={n}', expect: { status: 504, contains: 'not in time' } },
      ],
    },
  },
} satisfies Exhibit
