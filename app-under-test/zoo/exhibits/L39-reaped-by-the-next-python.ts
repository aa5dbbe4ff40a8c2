import type { Exhibit } from 'lowtide'
import { loadWith, pythonTarget } from '../python/target.ts'

export default {
  id: 'L39-python',
  title: 'child reaped only when the next is started',
  source: 'gh:enkore/i3pystatus#422, gh:OpenNeuroOrg/openneuro#3719, gh:python/cpython#14360: `subprocess._cleanup` runs as a Popen is made',
  stack: 'python, threads, psycopg2.pool, child processes',
  scenario: {
    name: 'l39-reaped-by-the-next-python',
    about: 'a request forgets its child, which the next one that starts a child reaps',
    // A nudge that starts no child would reap none.
    target: pythonTarget('reaped_by_the_next', { poolMaxPerProcess: 8 }, { otherPath: '/kernel' }),
    load: loadWith({ name: 'thumbnail', method: 'POST', path: '/thumbnail?id=7&n={n}', weight: 5, expect: { contains: 'to be drawn: item 7' } }),
  },
  trigger: 'thumbnail',
  // Of all that a load leaves, the next request reaps but the last.
  expected: { verdict: 'leak', by: ['no zombie stays'], heal: 'on nudge', route: 'thumbnail', capped: true },
  mended: ['mended'],
  fast: true,
} satisfies Exhibit
