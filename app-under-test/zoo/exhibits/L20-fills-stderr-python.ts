import type { Exhibit } from 'lowtide'
import { loadWith, pythonTarget } from '../python/target.ts'

export default {
  id: 'L20-python',
  title: 'CGI fills a stderr that nobody reads',
  source: 'gh:klange/cgiserver#5, gh:civetweb/civetweb#529, gh:cpan-authors/IPC-Run#52: a full pipe of a child that is read too late',
  stack: 'python, CGI, psycopg2',
  scenario: {
    name: 'l20-fills-stderr-python',
    about: 'a gateway reads the stderr of its scripts when they have ended',
    target: pythonTarget('fills_stderr', { poolMaxPerProcess: 1 }),
    // A script that hangs never answers: to be hung up on is what it is asked for.
    load: loadWith({ name: 'stocktaking', path: '/stocktaking?{n}', weight: 5, abortAfterMs: 1_500, expect: { contains: 'all counted' } }),
  },
  trigger: 'stocktaking',
  expected: { verdict: 'leak', by: ['no request process outlives its request', 'no transaction outlives its request'], heal: 'permanent', route: 'stocktaking' },
  mended: ['mended'],
} satisfies Exhibit
