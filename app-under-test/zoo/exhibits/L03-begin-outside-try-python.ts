import type { Exhibit } from 'lowtide'
import { loadWith, pythonTarget } from '../python/target.ts'

export default {
  id: 'L03-python',
  title: 'BEGIN outside try',
  source: 'gh:drizzle-team/drizzle-orm#6114: what fails while a transaction begins is not covered by the finally',
  stack: 'python, threads, psycopg2.pool',
  scenario: {
    name: 'l03-begin-outside-try-python',
    about: 'the transaction begins before the try whose finally gives the connection back',
    target: pythonTarget('begin_outside_try', { poolMaxPerProcess: 8 }),
    load: loadWith({ name: 'impatient item', path: '/item?id=7&within=soon{n}', weight: 5, expect: { status: 500, contains: 'InvalidParameterValue' } }),
  },
  trigger: 'impatient item',
  expected: { verdict: 'leak', by: ['no aborted transaction stays'], heal: 'permanent', route: 'impatient item' },
  fast: true,
  mended: ['mended'],
} satisfies Exhibit
