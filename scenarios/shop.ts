import type { Scenario } from 'lowtide'

/** A shop in Python: http.server, psycopg2 and its pool. Its leak: a connection is given back only when its request went well. */
export default {
  name: 'shop',
  about: 'a Python shop: threads, psycopg2, a pool',
  target: {
    name: 'shop',
    // Any Python 3.9 or later that has psycopg2.
    command: [process.env['PYTHON'] ?? 'python3', 'shop.py'],
    cwd: '../app-under-test/foreign/python',
    seed: [process.env['PYTHON'] ?? 'python3', 'shop.py', 'create'],
    readyPath: '/health',
    limits: { poolMaxPerProcess: 40, workers: 1, transactionMs: 3_000 },
    variants: {
      default: 'release-always',
      leaks: ['release-on-success'],
      by: {
        'release-always': {},
        'release-on-success': { SHOP_VARIANT: 'release-on-success' },
      },
    },
  },
  load: {
    kind: 'routes',
    requestTimeoutMs: 5_000,
    routes: [
      { name: 'list', path: '/products?page=3', weight: 4, expect: { contains: 'product 61' } },
      { name: 'rating', path: '/products/7/rating', weight: 3, expect: { contains: 'average' } },
      { name: 'buy', method: 'POST', path: '/products/{n}/purchases', weight: 2, expect: { contains: 'purchase' } },
      { name: 'rating of none', path: '/products/490/rating', weight: 1, expect: { status: 500, contains: 'ZeroDivisionError' } },
    ],
  },
} satisfies Scenario
