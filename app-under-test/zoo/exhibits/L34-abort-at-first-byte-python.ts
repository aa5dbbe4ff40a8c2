import type { Exhibit } from 'lowtide'
import { ordinaryRoutes, pythonTarget } from '../python/target.ts'

export default {
  id: 'L34-python',
  title: 'only a rude client: gone at the first byte of an export',
  source: 'gh:estuary/flow#2714, gh:PostHog/duckgres#535: a peer that no longer reads holds the transaction that is sent to it',
  stack: 'python, threads, psycopg2 server cursor',
  scenario: {
    name: 'l34-abort-at-first-byte-python',
    about: 'most read their export to the end; a few hang up at its first byte, or misbehave in harmless ways',
    target: pythonTarget('vanished_reader', { poolMaxPerProcess: 8 }),
    load: {
      kind: 'routes',
      requestTimeoutMs: 5_000,
      routes: [...ordinaryRoutes, { name: 'export', path: '/export?{n}', weight: 5, expect: { contains: 'item 2000' } }],
      rude: { aborts: { firstByte: 0.01, lastByte: 0.01 }, halfClose: 0.01, headerDrip: { share: 0.01, bytesPerSecond: 500 }, routes: ['export'] },
    },
  },
  trigger: null,
  expected: { verdict: 'leak', by: ['no transaction outlives its request'], heal: 'permanent', route: 'export · abort at first byte' },
  mended: ['mended'],
} satisfies Exhibit
