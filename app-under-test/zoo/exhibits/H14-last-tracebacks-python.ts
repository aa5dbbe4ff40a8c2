import type { Exhibit } from 'lowtide'
import { healthyTarget, loadWith } from '../python/target.ts'

export default {
  id: 'H14-python',
  title: 'the last 1,024 tracebacks',
  source: 'Trac 56caf555a, the other way round: tracebacks are kept, the connections in them are closed',
  stack: 'python, threads, psycopg2',
  scenario: {
    name: 'h14-last-tracebacks-python',
    about: 'the last 1,024 failures are kept with their tracebacks; half of the requests fail',
    target: healthyTarget('last_tracebacks', {}),
    load: loadWith({ name: 'missing item', path: '/item?id=7000{n}', weight: 95, expect: { status: 500, contains: 'TypeError' } }),
  },
  trigger: null,
  expected: { verdict: 'pass' },
} satisfies Exhibit
