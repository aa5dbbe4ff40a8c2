import type { Exhibit } from 'lowtide'
import { loadWith, pythonTarget } from '../python/target.ts'

/** GET /gc collects, and ends none of them. */
export default {
  id: 'L09-python',
  title: 'cycle that no collector takes',
  source: 'gh:rogerbinns/apsw#416: CPython does not collect a sqlite3 connection with a registered function',
  stack: 'python, threads, psycopg2, sqlite3',
  scenario: {
    name: 'l09-uncollectable-cycle-python',
    about: 'a cycle through the function table of SQLite, with a PostgreSQL connection in it',
    target: pythonTarget('uncollectable_cycle', {}, { collectPath: '/gc' }),
    load: loadWith({ name: 'report', path: '/report?{n}', weight: 5, expect: { contains: 'item 1: the last' } }),
  },
  trigger: 'report',
  expected: { verdict: 'leak', by: ['no transaction outlives its request'], heal: 'permanent', route: 'report' },
  mended: ['mended'],
} satisfies Exhibit
