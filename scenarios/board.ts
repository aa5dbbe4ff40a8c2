import type { Scenario } from 'lowtide'

/** A notice board in Go: net/http, database/sql and LISTEN. Its leak: who waits in vain leaves a LISTEN connection behind. */
export default {
  name: 'board',
  about: 'a notice board in Go: goroutines, database/sql, LISTEN and NOTIFY',
  target: {
    name: 'board',
    // The seed has compiled it: only the linker is left to run, and then the shell has become the server.
    command: ['sh', '-c', 'go build -o bin/board . && exec bin/board'],
    cwd: '../app-under-test/foreign/go',
    seed: ['go', 'run', '.', 'create'],
    readyPath: '/health',
    // lib/pq insists on TLS unless told otherwise, and a database of one run has none.
    env: { PGSSLMODE: 'disable' },
    limits: { poolMaxPerProcess: 8, workers: 1, transactionMs: 3_000, idleTimeoutMs: 2_000 },
    variants: {
      default: 'close-always',
      leaks: ['close-when-told'],
      by: {
        'close-always': {},
        'close-when-told': { BOARD_VARIANT: 'close-when-told' },
      },
    },
  },
  load: {
    kind: 'routes',
    requestTimeoutMs: 5_000,
    routes: [
      { name: 'latest', path: '/latest/topic-7', weight: 4, expect: { contains: 'note' } },
      { name: 'post', method: 'POST', path: '/post/topic-{n}', weight: 2, expect: { contains: 'posted at' } },
      { name: 'wait in vain', path: '/next/silence', weight: 3, expect: { contains: 'null' } },
      { name: 'no such page', path: '/nowhere', weight: 1, expect: { status: 404 } },
    ],
  },
} satisfies Scenario
