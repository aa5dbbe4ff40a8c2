import type { Exhibit } from 'lowtide'
import { loadWith, pythonTarget } from '../python/target.ts'

/** The time-out is shorter than a settle looks: the server's log alone has the transaction, and its pool a half-closed socket, which the next loan closes. */
export default {
  id: 'L36-python',
  title: 'transaction left to the server’s time-out',
  source: 'gh:onyx-dot-app/onyx#9342, gh:element-hq/synapse#20077: idle_in_transaction_session_timeout against sessions that leak, and a check of each connection as it is lent',
  stack: 'python, threads, psycopg2, a pool of its own',
  scenario: {
    name: 'l36-left-to-the-server-python',
    about: 'an error gives a session back in its transaction, and the server ends it in its pool',
    // A nudge that borrows none of that pool would find none of the dead.
    target: pythonTarget('left_to_the_server', { poolMaxPerProcess: 16 }, { otherPath: '/export?id=7' }),
    load: loadWith({ name: 'export', path: '/export?id=9999&n={n}', weight: 5, expect: { status: 500, contains: 'TypeError' } }),
  },
  trigger: 'export',
  // One session serves one error after the other.
  expected: { verdict: 'leak', by: ['no session was ended by a server time-out', 'no socket stays half closed'], heal: 'by time-out', route: 'export', capped: true },
  mended: ['mended'],
  fast: true,
} satisfies Exhibit
