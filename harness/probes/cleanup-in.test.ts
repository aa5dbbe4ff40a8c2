import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cleanups } from '../timeline/pool-cleanups.ts'
import { cleanupIn } from './cleanup-in.ts'

const returned = 'rolling back returned connection: <psycopg.Connection [INTRANS] (host=127.0.0.1 port=46297 database=postgres) at 0x7f2a90148450>'
const collected = 'The garbage collector is trying to clean up non-checked-in connection <AdaptedConnection <asyncpg.connection.Connection object at 0x7f258a9a1300>>, which will be terminated.  Please ensure that SQLAlchemy pooled connections are returned to the pool explicitly, either by calling ``close()`` or by using appropriate context managers to manage their lifecycle.'

/** Captured from psycopg_pool 3.3.3, SQLAlchemy 2.1.9 and asyncpg 0.32.0, by logging's last resort, basicConfig, a format of one's own with captureWarnings, and JSON; the others from reports of their users. */
const lines = [
  ['psycopg-transaction', returned],
  ['psycopg-transaction', `WARNING:psycopg.pool:${returned.replace('INTRANS', 'INERROR')}`],
  ['psycopg-transaction', `2026-11-26 19:00:16,387 [30266] [WARNING] psycopg.pool - ${returned.replace('Connection', 'AsyncConnection')}`],
  ['psycopg-transaction', `{"timestamp": 1795719637.5099711, "level": "WARNING", "logger": "psycopg.pool", "message": "${returned}"}`],
  ['psycopg-transaction', `ts=2026-11-26T19:00:05Z level=warning logger=psycopg.pool msg="${returned}"`],
  ['psycopg-transaction', `web-1  | \u001B[33mWARNING\u001B[0m  ${returned} [in /app/wsgi.py:12]`],
  ['psycopg-query', 'WARNING:psycopg.pool:closing returned connection: <psycopg.Connection [ACTIVE] (host=127.0.0.1 port=46297 database=postgres) at 0x7f6c31351650>'],
  ['sqlalchemy-collected', collected],
  ['sqlalchemy-collected', `ERROR:sqlalchemy.pool.impl.AsyncAdaptedQueuePool:${collected}`],
  ['sqlalchemy-collected', `2024-07-05 10:40:49,808 - sqlalchemy.pool.impl.NullPool - ERROR - ${collected.replace('terminated', 'dropped, as it cannot be safely terminated')}`],
  ['sqlalchemy-collected', 'The garbage collector is trying to clean up connection <AdaptedConnection <asyncpg.connection.Connection object at 0x7f258a9a1300>>. This feature is unsupported on asyncio dbapis that lack a "terminate" feature, since no IO can be performed at this stage to reset the connection.'],
  ['asyncpg-transaction', 'Resetting connection with an active transaction <asyncpg.connection.Connection object at 0x7f36677dbb50>'],
  ['asyncpg-transaction', '2026-11-26 19:00:36,017 [30374] [ERROR] asyncio - Resetting connection with an active transaction <asyncpg.connection.Connection object at 0x7fa907de3b50>'],
  ['hikari-held', '23:15 [pool-2-thread-1] WARN ProxyLeakTask - Connection leak detection triggered for com.zaxxer.hikari.mocks.StubConnection@16ad008c on thread main, stack trace follows'],
  ['hikari-held', '[21:03:02] [Hikari housekeeper (pool Archyric - Pool #1)/WARN]: Connection leak detection triggered for connection com.mysql.jdbc.JDBC4Connection@5fb33dc0, stack trace follows'],
  ['hikari-held', '\u001B[0m[\u001B[0minfo\u001B[0m] \u001B[0m09:55:43.116 [db housekeeper] \u001B[31mWARN \u001B[0;39m \u001B[36mcom.zaxxer.hikari.pool.ProxyLeakTask\u001B[0;39m - Connection leak detection triggered for ConnectionID:7 ClientConnectionId: bb481e93, stack trace follows\u001B[0m'],
  ['hikari-transaction', 'DEBUG com.zaxxer.hikari.pool.ProxyConnection: HikariPool-1 - Executed rollback on connection org.postgresql.jdbc.PgConnection@732c9b5c due to dirty commit state on close().'],
  ['agroal-held', "2026-05-29 08:11:02,114 INFO  [io.agroal.pool] (agroal-11) Datasource '<default>': Connection leak of io.agroal.pool.ConnectionHandler@4c1d9d4b"],
  ['c3p0-held', '2018-01-15 09:18:16 BasicResourcePool [INFO] A checked-out resource is overdue, and will be destroyed: com.mchange.v2.c3p0.impl.NewPooledConnection@1179313'],
  ['tomcat-held', 'WARNING: Connection has been abandoned PooledConnection[oracle.jdbc.driver.T4CConnection@1825ec69]:java.lang.Exception'],
  ['tomcat-held', 'TID: [-1] [] [2020-08-31 19:27:29,149] []  WARN {org.apache.tomcat.jdbc.pool.ConnectionPool} - Connection has been abandoned PooledConnection[org.postgresql.jdbc.PgConnection@155340d1]:java.lang.Exception'],
  ['commons-held', 'org.apache.tomcat.dbcp.pool2.impl.DefaultPooledObject$AbandonedObjectCreatedException: Pooled object created 2016-05-30 06:58:43 -0400 by the following code has not been returned to the pool:'],
  ['commons-held', 'Pooled object created 2022-11-08 22:27:43 +0900 by the following code has not been returned to the pool:'],
  ['druid-held', 'SEVERE: abandon connection, owner thread: Thread-2, connected at : 1684575211935, open stackTrace'],
  ['druid-held', '2022-01-15 18:49:29.560 ERROR 27396 --- [stroy-507383828] com.alibaba.druid.pool.DruidDataSource   : abandon connection, owner thread: pool-2-thread-4, connected at : 1642240141966, open stackTrace'],
  ['db-connection-held', '11:19:37.188 [error] Postgrex.Protocol (#PID<0.164.0>) disconnected: ** (DBConnection.ConnectionError) client #PID<0.102.0> timed out because it queued and checked out the connection for longer than 15000ms'],
  ['db-connection-held', '[error] Postgrex.Protocol (#PID<0.1862.0> ({Postgrex.Protocol, "hits"})) disconnected: ** (DBConnection.ConnectionError) client #PID<0.2373.0> (Task.Supervised) timed out because it queued and checked out the connection for longer than 15000ms'],
] as const

describe('a pool is heard', () => {
  test.each(lines)('%s: %s', (cleanup, line) => {
    expect(cleanupIn(line)).toEqual({ cleanup, asWarning: false })
  })

  test.each([
    `/usr/lib/python3.11/weakref.py:590: SAWarning: ${collected}`,
    `sys:1: SAWarning: ${collected}`,
    `2026-11-26 19:00:29,731 [30286] [WARNING] py.warnings - /usr/lib/python3.11/weakref.py:590: SAWarning: ${collected}`,
  ])('as a warning of Python’s: %s', (line) => {
    expect(cleanupIn(line)).toEqual({ cleanup: 'sqlalchemy-collected', asWarning: true })
  })

  test('of each kind that the table has', () => {
    expect([...new Set(lines.map(([cleanup]) => cleanup))].toSorted()).toEqual(Object.keys(cleanups).toSorted())
  })
})

describe('nobody else is', () => {
  test.each([
    ['an access log', `127.0.0.1 - - [26/Nov/2026:19:00:05 +0000] "GET /search?q=${encodeURIComponent(returned)} HTTP/1.1" 200 612`],
    ['an access log that decodes', `127.0.0.1 - - [26/Nov/2026:19:00:05 +0000] "GET /search?q=${returned} HTTP/1.1" 200 612`],
    ['an access log without quotation marks', `GET /search?q=${returned} 200 1.204 ms - 612`],
    ['an access log in JSON', JSON.stringify({ level: 'info', message: 'request', path: `/search?q=${returned}`, status: 200 })],
    ['one that has it in its message', JSON.stringify({ level: 'info', message: `GET /search?q=${returned}`, status: 200 })],
    ['what a program was asked for', `INFO:shop:searched for "${returned}"`],
    ['what it was asked for with more around it', `WARNING:shop:nothing found for "what is this: ${returned}"`],
    ['the same in colour, at a level of its own', `\u001B[32mINFO\u001B[0m shop: searched for ${returned}`],
    ['the same without quotation marks', `INFO:shop:searched for ${returned}`],
    ['parameters of Rails', `  Parameters: {"q"=>"${returned}"}`],
    ['a statement that failed', `ERROR:  invalid input syntax for type integer: "${returned}"`],
    ['words alone', 'WARNING:shop:no rolling back returned connection: nothing was open'],
    ['a connection that was healthy', returned.replace('INTRANS', 'IDLE')],
    ['a connection that the server closed', 'WARNING:psycopg.pool:discarding closed connection: <psycopg.Connection [BAD] at 0x7f6c31351650>'],
    ['a connection that came back after all', 'INFO ProxyLeakTask - Previously reported leaked connection org.postgresql.jdbc.PgConnection@38343d4 on thread http-nio-8082-exec-6 was returned to the pool (unleaked)'],
    ['a connection whose client ended', 'Postgrex.Protocol (#PID<0.3690.0>) disconnected: ** (DBConnection.ConnectionError) client #PID<0.16480.114> exited'],
    ['a ticket about it', '2026-11-26T19:00:05.979Z [302] ticket: saved Connection leak detection triggered for nothing'],
    ['JSON that is cut off', `{"level": "WARNING", "message": "${returned}`],
    ['JSON that is no object', `["${returned}"]`],
    ['an empty line', ''],
  ])('%s', (_, line) => {
    expect(cleanupIn(line)).toBeNull()
  })

  test('whatever is put around a pool’s words, and however long it is, within milliseconds', () => {
    const beganMs = performance.now()
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.constantFrom(...Object.values(cleanups).map(({ words }) => words)), (text, words) => cleanupIn(`q="${text}${words}${text}`) === null))
    for (const filling of ['[', ' ', 'a ', '<', '): ', '{"message": "']) cleanupIn(`${filling.repeat(50_000)}${returned}`)
    expect(performance.now() - beganMs).toBeLessThan(2_000)
  })
})
