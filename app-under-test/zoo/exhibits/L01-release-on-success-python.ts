import type { Exhibit } from 'lowtide'
import { loadWith, pythonTarget } from '../python/target.ts'

export default {
  id: 'L01-python',
  title: 'no release on 500',
  source: 'gh:tconbeer/harlequin-postgres#66: the connection is not given back when the query fails',
  stack: 'python, threads, psycopg2.pool',
  scenario: {
    name: 'l01-release-on-success-python',
    about: 'a connection goes back into its pool only when its request went well',
    target: pythonTarget('release_on_success', { poolMaxPerProcess: 8 }),
    load: loadWith({ name: 'missing item', path: '/item?id=7000{n}', weight: 5, expect: { status: 500, contains: 'TypeError' } }),
  },
  trigger: 'missing item',
  expected: { verdict: 'leak', by: ['no transaction outlives its request'], heal: 'permanent', route: 'missing item' },
  fast: true,
  mended: ['mended'],
} satisfies Exhibit
