/** What a connection pool logs when it cleans up after a request that did not. */
export type Cleanup = {
  readonly pool: string
  /** What it did, as the rest of a sentence that begins with the pool. */
  readonly did: string
  /** Words that are in each such line, as they are. */
  readonly words: string
  /** The whole of the message, but for what may follow it. */
  readonly message: RegExp
  /** At which the library says it; null where it prints it without one. */
  readonly level: Level | null
  /** Where the library says it. */
  readonly source: string
}

export type Level = 'debug' | 'info' | 'warning' | 'error'

const rolledBack = 'rolled back a transaction that was still open when its connection came back'
const missed = (setting: string): string => `missed a connection that was held for longer than its ${setting}`
const tookAway = (setting: string): string => `took away a connection that was held for longer than its ${setting}`

/**
 * By a name that the record keeps. Only what says that the application made a mistake: a connection that a pool discards because it was closed, broken or too old is none. Not every pool
 * is here: those of Go, of node-postgres and of psycopg2 say nothing.
 */
export const cleanups: Readonly<Record<string, Cleanup>> = {
  'psycopg-transaction': {
    pool: 'psycopg_pool',
    did: rolledBack,
    words: 'rolling back returned connection: ',
    message: /rolling back returned connection: <[\w.]+ \[(?:INTRANS|INERROR)\] .*at 0x[\da-f]+>/,
    level: 'warning',
    source: 'psycopg_pool/pool.py, pool_async.py: _reset_connection',
  },
  'psycopg-query': {
    pool: 'psycopg_pool',
    did: 'closed a connection that came back while its query still ran',
    words: 'closing returned connection: ',
    message: /closing returned connection: <[\w.]+ \[ACTIVE\] .*at 0x[\da-f]+>/,
    level: 'warning',
    source: 'psycopg_pool/pool.py, pool_async.py: _reset_connection',
  },
  'sqlalchemy-collected': {
    pool: 'SQLAlchemy',
    did: 'gave up a connection that nobody gave back, and that only the garbage collector found',
    words: 'The garbage collector is trying to clean up ',
    // Earlier releases end it with "This feature is unsupported on asyncio dbapis".
    message: /The garbage collector is trying to clean up (?:non-checked-in )?connection <.+>(?:, which will be (?:terminated|dropped)|\. This feature is unsupported)/,
    level: 'error',
    source: 'sqlalchemy/pool/base.py: _finalize_fairy',
  },
  'asyncpg-transaction': {
    pool: 'asyncpg',
    did: rolledBack,
    words: 'Resetting connection with an active transaction ',
    message: /Resetting connection with an active transaction <[\w.]+ object at 0x[\da-f]+>/,
    level: 'error',
    source: 'asyncpg/connection.py: Connection.reset, by the handler of its loop',
  },
  'hikari-held': {
    pool: 'HikariCP',
    did: missed('leakDetectionThreshold'),
    words: 'Connection leak detection triggered for ',
    message: /Connection leak detection triggered for \S.*, stack trace follows/,
    level: 'warning',
    source: 'com.zaxxer.hikari.pool.ProxyLeakTask.run',
  },
  'hikari-transaction': {
    pool: 'HikariCP',
    did: rolledBack,
    words: 'Executed rollback on connection ',
    message: /Executed rollback on connection \S.* due to dirty commit state on close\(\)/,
    level: 'debug',
    source: 'com.zaxxer.hikari.pool.ProxyConnection.close',
  },
  'agroal-held': {
    pool: 'Agroal',
    did: missed('leakTimeout'),
    words: ': Connection leak of ',
    message: /Datasource '[^']+': Connection leak of \S/,
    level: 'info',
    source: 'io.quarkus.agroal.runtime.AgroalEventLoggingListener.onConnectionLeak',
  },
  'c3p0-held': {
    pool: 'c3p0',
    did: tookAway('unreturnedConnectionTimeout'),
    words: 'A checked-out resource is overdue, and will be destroyed: ',
    message: /A checked-out resource is overdue, and will be destroyed: \S/,
    level: 'info',
    source: 'com.mchange.v2.resourcepool.BasicResourcePool.removeResource',
  },
  'tomcat-held': {
    pool: "Tomcat's JDBC pool",
    did: tookAway('removeAbandonedTimeout'),
    words: 'Connection has been abandoned PooledConnection[',
    message: /Connection has been abandoned PooledConnection\[.+\]:/,
    level: 'warning',
    source: 'org.apache.tomcat.jdbc.pool.ConnectionPool.abandon',
  },
  'commons-held': {
    pool: 'Commons DBCP',
    did: tookAway('removeAbandonedTimeout'),
    words: ' by the following code has not been returned to the pool:',
    message: /Pooled object created \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \S+ by the following code has not been returned to the pool:/,
    level: null,
    source: 'org.apache.commons.pool2.impl.DefaultPooledObject.setRequireFullStackTrace',
  },
  'druid-held': {
    pool: 'Druid',
    did: tookAway('removeAbandonedTimeout'),
    words: 'abandon connection, owner thread: ',
    message: /abandon connection, owner thread: .+, connected at : \d+, open stackTrace/,
    level: 'error',
    source: 'com.alibaba.druid.pool.DruidDataSource.removeAbandoned',
  },
  'db-connection-held': {
    pool: "Ecto's DBConnection",
    did: tookAway('timeout'),
    words: ' checked out the connection for longer than ',
    message: /[\w.]+ \(#PID<[\d.]+>.*\) disconnected: \*\* \(DBConnection\.ConnectionError\) client #PID<[\d.]+>(?: \(.*\))? timed out because it (?:queued and )?checked out the connection for longer than \d+ms/,
    level: 'error',
    source: 'lib/db_connection/connection.ex, connection_pool.ex: handle_info of a timeout',
  },
}
