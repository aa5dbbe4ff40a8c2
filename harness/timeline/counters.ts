/**
 * The counters of every beat, by the probe that reads them; `harness` is the harness itself. Names as in the record and in the report's charts; of `-ms` milliseconds,
 * of `-bytes` bytes.
 */
export const beatCounters = {
  postgres: [
    'pg.backends',
    'pg.active',
    'pg.idle',
    'pg.idle-in-transaction',
    'pg.oldest-transaction-ms',
    'pg.prepared-transactions',
    'pg.sessions-opened',
    'pg.sessions-abandoned',
    'pg.sessions-fatal',
    'pg.sessions-killed',
    'pg.statistics-reset-ms',
    'pg.transactions-ended',
    'pg.transactions-ended-p999-ms',
    'harness.backends',
  ],
  'postgres-log': ['log.opened', 'log.closed', 'log.live', 'log.errors', 'log.sessions-ended', 'log.sessions'],
  processes: [
    'app.processes',
    'app.requests',
    'app.zombies',
    'app.threads',
    'app.fds',
    'app.fds-files',
    'app.fds-sockets',
    'app.fds-pipes',
    'app.fds-other',
    'app.rss-bytes',
    'app.cpu-ms',
    'app.clients',
    'app.vanished-clients',
    'app.close-wait',
    'app.orphan-sockets',
    'app.tcp-established',
    'app.tcp-syn-sent',
    'app.tcp-fin-wait',
    'app.tcp-listening',
    'app.connection-readings',
  ],
  'application-log': ['app.pool-cleanups'],
  harness: ['load.in-flight', 'load.started', 'load.lag-ms', 'load.generator-rss-bytes', 'harness.rss-bytes'],
} as const satisfies Readonly<Record<string, readonly string[]>>

/** All of them, probe by probe: what a threshold can name. */
export const counterNames: readonly string[] = Object.values(beatCounters).flat()

/** The probe that reads a counter; null for a name that no beat carries. */
export const probeOf = (counter: string): string | null => Object.entries(beatCounters).find(([, names]) => (names as readonly string[]).includes(counter))?.[0] ?? null
