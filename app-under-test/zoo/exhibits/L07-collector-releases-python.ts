import type { Exhibit } from 'lowtide'
import { loadWith, pythonTarget } from '../python/target.ts'

/** GET /gc collects, and ends them all. */
export default {
  id: 'L07-python',
  title: 'released by the collector alone, through a cycle',
  source: 'gh:sqlalchemy/sqlalchemy#5842, gh:gpustack/gpustack#4305, trac/db/pool.py: a connection that a finalizer gives back',
  stack: 'python, threads, psycopg2',
  scenario: {
    name: 'l07-collector-releases-python',
    about: 'a session ends with its object, which is part of a cycle',
    target: pythonTarget('collector_releases', {}, { collectPath: '/gc' }),
    load: loadWith({ name: 'watched item', path: '/watched?id=7&n={n}', weight: 5, expect: { contains: 'item 7' } }),
  },
  trigger: 'watched item',
  expected: { verdict: 'leak', by: ['no transaction outlives its request'], heal: 'at collection', route: 'watched item' },
  mended: ['mended'],
} satisfies Exhibit
