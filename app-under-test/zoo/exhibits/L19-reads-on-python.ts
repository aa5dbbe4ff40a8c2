import type { Exhibit } from 'lowtide'
import { loadWith, pythonTarget } from '../python/target.ts'

export default {
  id: 'L19-python',
  title: 'CGI reads its stdin for ever',
  source: 'gh:plack/Plack#238: a CGI script waits for the end of a standard input that the server keeps open',
  stack: 'python, CGI, psycopg2',
  scenario: {
    name: 'l19-reads-on-python',
    about: 'a CGI script reads its standard input to the end of file, not to CONTENT_LENGTH',
    target: pythonTarget('reads_on', { poolMaxPerProcess: 1 }),
    // A script that hangs never answers: to be hung up on is what it is asked for.
    load: loadWith({ name: 'remark', method: 'POST', path: '/remark?id=7&n={n}', body: 'good', weight: 5, abortAfterMs: 1_500, expect: { contains: 'in stock: good' } }),
  },
  trigger: 'remark',
  expected: { verdict: 'leak', by: ['no request process outlives its request', 'no transaction outlives its request'], heal: 'permanent', route: 'remark' },
  mended: ['mended'],
} satisfies Exhibit
