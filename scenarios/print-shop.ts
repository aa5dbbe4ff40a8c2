import type { Scenario } from 'lowtide'

// Where Debian puts them; PRINT_CLASSPATH says where they lie elsewhere.
const classpath = process.env['PRINT_CLASSPATH'] ?? ['HikariCP', 'postgresql', 'slf4j-api', 'slf4j-nop'].map((jar) => `/usr/share/java/${jar}.jar`).join(':')

/** A print shop in Java: com.sun.net.httpserver, HikariCP, advisory locks. Its leak: a job that jams keeps its lock, on a session that the pool has back. */
export default {
  name: 'print-shop',
  about: 'a print shop in Java: HikariCP, a lock for each job',
  target: {
    name: 'print-shop',
    command: ['java', '-cp', classpath, 'PrintShop.java'],
    cwd: '../app-under-test/foreign/java',
    seed: ['java', '-cp', classpath, 'PrintShop.java', 'create'],
    readyPath: '/health',
    limits: { poolMaxPerProcess: 6, workers: 1, transactionMs: 3_000 },
    variants: {
      default: 'unlock-always',
      leaks: ['unlock-when-printed'],
      by: {
        'unlock-always': {},
        'unlock-when-printed': { PRINT_VARIANT: 'unlock-when-printed' },
      },
    },
  },
  load: {
    kind: 'routes',
    requestTimeoutMs: 10_000,
    routes: [
      { name: 'queue', path: '/queue/7', weight: 5, expect: { contains: 'waiting' } },
      { name: 'print', method: 'POST', path: '/print/7', weight: 3, expect: { contains: 'printed' } },
      // Jobs 90, 190, 290 ... have 91 pages, more than fit.
      { name: 'print what jams', method: 'POST', path: '/print/{n}90', weight: 2, expect: { status: 500 } },
    ],
  },
} satisfies Scenario
