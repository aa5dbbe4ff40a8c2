import type { Exhibit } from 'lowtide'
import { healthyTarget, loadWith } from '../python/target.ts'

/** Needs pgbouncer: the package of that name in Debian. Without it the program says so and ends. */
export default {
  id: 'H12-python',
  title: 'pgbouncer closes by age',
  source: 'pgbouncer manual: server_lifetime closes at most one connection of a pool at a time, spread over the lifetime',
  stack: 'python, threads, psycopg2, pgbouncer',
  scenario: {
    name: 'h12-through-pgbouncer-python',
    about: 'a connection for each request, through a pgbouncer that renews its own all the time',
    target: healthyTarget('through_pgbouncer', { workers: 2, poolMaxPerProcess: 6, idleTimeoutMs: 2_000 }),
    load: loadWith(),
  },
  trigger: null,
  expected: { verdict: 'pass' },
} satisfies Exhibit
