import type { Exhibit } from 'lowtide'
import { loadWith, pythonTarget } from '../python/target.ts'

export default {
  id: 'L06-python',
  title: 'slow reader, then gone',
  source: 'gh:estuary/flow#2714, gh:PostHog/duckgres#535: a peer that no longer reads holds the transaction that is sent to it',
  stack: 'python, threads, psycopg2 server cursor',
  scenario: {
    name: 'l06-vanished-reader-python',
    about: 'the client of an export leaves; the thread that reads from the server cursor waits for room in a queue',
    target: pythonTarget('vanished_reader', { poolMaxPerProcess: 8 }),
    // The whole export takes 0.8 s.
    load: loadWith({ name: 'export', path: '/export?{n}', weight: 5, abortAfterMs: 200, expect: { contains: 'item 2000' } }),
  },
  trigger: 'export',
  expected: { verdict: 'leak', by: ['no transaction outlives its request'], heal: 'permanent', route: 'export' },
  fast: true,
  mended: ['mended'],
} satisfies Exhibit
