import type { Exhibit } from 'lowtide'
import { loadWith, pythonTarget } from '../python/target.ts'

/** The time that the client allows, 1 ms, is never enough for a first attempt: no share of the CPU has to be taken away for that. */
export default {
  id: 'L15-python',
  title: 'retry overwrites the handle',
  source: 'gh:hapostgres/pg_auto_failover#1178: a retry opens another connection and forgets the first; gh:brianc/node-postgres#3543',
  stack: 'python, threads, libpq by ctypes',
  scenario: {
    name: 'l15-overwritten-attempt-python',
    about: 'a connect time-out, a retry, and a first attempt that succeeds after all',
    target: pythonTarget('overwritten_attempt', {}),
    load: loadWith({ name: 'impatient stock', path: '/stock?id=8&within=0.001&n={n}', weight: 5, expect: { contains: '1 in stock' } }, { name: 'stock', path: '/stock?id=9', weight: 5, expect: { contains: '2 in stock' } }),
  },
  trigger: 'impatient stock',
  expected: { verdict: 'leak', by: ['sessions do not grow with the dose'], heal: 'permanent', route: 'impatient stock' },
  mended: ['mended'],
} satisfies Exhibit
