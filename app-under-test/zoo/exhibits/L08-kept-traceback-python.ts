import type { Exhibit } from 'lowtide'
import { loadWith, pythonTarget } from '../python/target.ts'

export default {
  id: 'L08-python',
  title: 'traceback kept by a log handler',
  source: 'Trac 56caf555a: MemoryHandler(1024) removed, as its records kept frames and their connections',
  stack: 'python, threads, psycopg2, logging',
  scenario: {
    name: 'l08-kept-traceback-python',
    about: 'a log handler keeps the last 1,024 records, and with them tracebacks, frames and connections',
    target: pythonTarget('kept_traceback', {}),
    load: loadWith({ name: 'missing item', path: '/item?id=7000{n}', weight: 5, expect: { status: 500, contains: 'TypeError' } }),
  },
  trigger: 'missing item',
  expected: { verdict: 'leak', by: ['no transaction outlives its request'], heal: 'permanent', route: 'missing item' },
  mended: ['mended'],
} satisfies Exhibit
