import type { Exhibit } from 'lowtide'
import { ordinary } from '../depot.ts'
import { revertedInGo } from '../reverts/reverted.ts'

/** The connection is closed, its place stays taken: no session is left to be seen. */
export default {
  id: 'R01-go',
  title: 'pgxpool 4.6.0: a BEGIN that is refused takes a place for ever',
  source: 'gh:jackc/pgx#712, "Fix connection leak if BeginTx() fail"; mended in 4.7.0',
  stack: 'go, pgxpool',
  trigger: 'snapshot report',
  expected: { verdict: 'leak', by: ['no place of the pool is lost'], heal: 'permanent', route: 'snapshot report' },
  mended: ['mended'],
  scenario: {
    name: 'r01-begin-failed-go',
    about: 'a reader asks for an isolation level that PostgreSQL does not have',
    target: revertedInGo('begin-failed'),
    load: {
      kind: 'routes',
      requestTimeoutMs: 5_000,
      routes: [
        ...ordinary,
        { name: 'report', path: '/reports/{n}?level=repeatable-read', expect: { contains: 'parcels of' } },
        { name: 'snapshot report', path: '/reports/{n}?level=snapshot', expect: { status: 500, contains: 'syntax error' } },
      ],
    },
  },
} satisfies Exhibit
