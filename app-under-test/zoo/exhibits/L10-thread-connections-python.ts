import type { Exhibit } from 'lowtide'
import { loadWith, pythonTarget } from '../python/target.ts'

export default {
  id: 'L10-python',
  title: 'thread dies with its connection',
  source: 'gh:gyrinx-app/gyrinx#2083: CONN_MAX_AGE under a server with a thread a request, 40 left of 100; gh:ajslater/codex#838',
  stack: 'python, threads, psycopg2',
  scenario: {
    name: 'l10-thread-connections-python',
    about: 'persistent connections by thread, and a thread for each request',
    target: pythonTarget('thread_connections', { poolMaxPerProcess: 8 }),
    load: loadWith({ name: 'stock', path: '/stock?id=7&n={n}', weight: 5, expect: { contains: 'item 7' } }),
  },
  trigger: 'stock',
  expected: { verdict: 'leak', by: ['sessions do not grow with the dose'], heal: 'permanent', route: 'stock' },
  fast: true,
  mended: ['mended'],
} satisfies Exhibit
