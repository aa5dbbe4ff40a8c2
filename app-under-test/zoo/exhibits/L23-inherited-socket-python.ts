import type { Exhibit } from 'lowtide'
import { loadWith, pythonTarget } from '../python/target.ts'

export default {
  id: 'L23-python',
  title: 'database socket inherited by a child',
  source: 'gh:oracle/odpi#152, gh:php/php-src#20084, gh:jtv/libpqxx#426: a forked child keeps the connection of its parent open',
  stack: 'python, a process a request, psycopg2',
  scenario: {
    name: 'l23-inherited-socket-python',
    about: 'a job is forked with the socket of the request that started it, and outlives it',
    target: pythonTarget('inherited_socket', { poolMaxPerProcess: 1 }),
    load: loadWith({ name: 'order', method: 'POST', path: '/order?id=7&n={n}', weight: 5, expect: { contains: 'ordered: item 7' } }),
  },
  trigger: 'order',
  expected: { verdict: 'leak', by: ['no transaction outlives its request', 'processes do not grow with the dose'], heal: 'permanent', route: 'order' },
  mended: ['mended'],
} satisfies Exhibit
