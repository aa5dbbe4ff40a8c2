import type { Exhibit } from 'lowtide'
import { healthyTarget, loadWith } from '../python/target.ts'

/** The job that is meant comes each minute for 3 s; here each 4 s for 1 s, so that a run of half a minute sees it several times. */
export default {
  id: 'H11-python',
  title: 'job that doubles the connections',
  source: 'a cron job of the application itself, as any application with a scheduler has it',
  stack: 'python, threads, psycopg2.pool',
  scenario: {
    name: 'h11-doubling-job-python',
    about: 'a job that opens as many connections as the pool has, for a second at a time',
    target: healthyTarget('doubling_job', { poolMaxPerProcess: 16 }),
    load: loadWith(),
  },
  trigger: null,
  expected: { verdict: 'pass' },
} satisfies Exhibit
