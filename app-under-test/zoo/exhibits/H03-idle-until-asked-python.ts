import type { Exhibit } from 'lowtide'
import { healthyTarget, loadWith } from '../python/target.ts'

export default {
  id: 'H03-python',
  title: 'idle connections close only with the next request',
  source: 'gh:PostgREST/postgrest#3902: the idle time-out of the pool is enforced on use',
  stack: 'python, threads, psycopg2, a pool of its own',
  scenario: {
    name: 'h03-idle-until-asked-python',
    about: 'a pool whose idle time-out is enforced by requests only',
    // A nudge that does not go through the pool would close nothing.
    target: healthyTarget('idle_until_asked', { poolMaxPerProcess: 8, idleTimeoutMs: 1_500 }, { otherPath: '/item?id=7' }),
    load: loadWith(),
  },
  trigger: null,
  expected: { verdict: 'pass' },
  fast: true,
} satisfies Exhibit
