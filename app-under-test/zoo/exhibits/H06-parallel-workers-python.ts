import type { Exhibit } from 'lowtide'
import { healthyTarget, loadWith } from '../python/target.ts'

export default {
  id: 'H06-python',
  title: 'parallel workers and vacuum',
  source: 'PostgreSQL manual, "Parallel Query" and "Routine Vacuuming": backends of the server that no client has opened',
  stack: 'python, threads, psycopg2.pool',
  scenario: {
    name: 'h06-parallel-workers-python',
    about: 'parallel queries, and a table that is vacuumed all the time',
    target: healthyTarget('parallel_workers', { poolMaxPerProcess: 9 }),
    load: loadWith(
      { name: 'visits', path: '/visits', weight: 20, expect: { contains: '60000 visits of item 2000' } },
      { name: 'visit', method: 'POST', path: '/visit?n={n}', weight: 10, expect: { contains: '120 visited' } },
    ),
  },
  trigger: null,
  expected: { verdict: 'pass' },
} satisfies Exhibit
