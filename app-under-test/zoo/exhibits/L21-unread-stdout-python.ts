import type { Exhibit } from 'lowtide'
import { loadWith, pythonTarget } from '../python/target.ts'

export default {
  id: 'L21-python',
  title: 'CGI blocked on its stdout',
  source: 'gh:civetweb/civetweb#529, gh:klange/cgiserver#5: a script writes to a pipe that the server no longer reads',
  stack: 'python, CGI, psycopg2',
  scenario: {
    name: 'l21-unread-stdout-python',
    about: 'a gateway stops reading when the client has left, and waits for the script',
    target: pythonTarget('unread_stdout', { poolMaxPerProcess: 1 }),
    load: loadWith({ name: 'all', path: '/all?{n}', weight: 5, abortAfterMs: 400, expect: { contains: 'item 2000' } }),
  },
  trigger: 'all',
  expected: { verdict: 'leak', by: ['no request process outlives its request', 'no transaction outlives its request'], heal: 'permanent', route: 'all' },
  mended: ['mended'],
} satisfies Exhibit
