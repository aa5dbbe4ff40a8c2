import type { Exhibit } from 'lowtide'
import { healthyTarget, loadWith } from '../python/target.ts'

/** The report that is meant takes a minute and is idle in its transaction for 4 s; here it is 1 s, so that a run takes half a minute. */
export default {
  id: 'H09-python',
  title: 'slow report, idle in transaction for a while',
  source: 'PostgreSQL manual, idle_in_transaction_session_timeout; a report that must see one snapshot',
  stack: 'python, threads, psycopg2.pool',
  scenario: {
    name: 'h09-slow-report-python',
    about: 'a report that is idle in its transaction for 1 s; some of its readers do not wait for it',
    target: healthyTarget('slow_report', { poolMaxPerProcess: 8, transactionMs: 3_000 }),
    load: loadWith(
      { name: 'report', path: '/report?{n}', weight: 1, expect: { contains: '285 of 285' } },
      { name: 'report, not waited for', path: '/report?{n}', weight: 2, abortAfterMs: 300, expect: { contains: '285 of 285' } },
    ),
  },
  trigger: null,
  expected: { verdict: 'pass' },
} satisfies Exhibit
