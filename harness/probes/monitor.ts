import { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { ownClient } from '../stack/own-client.ts'
import { diskFull } from '../timeline/disk-full.ts'

/** The name of every session of the harness begins with this, so that it can be told from the application's and counted. */
export const monitorName = 'lowtide-monitor'

const endWithinMs = 2_000

/** A session of the harness to PostgreSQL. A query is one command, and is prepared: few texts, asked again and again. */
export type Monitor = AsyncDisposable & {
  readonly query: <Row extends pg.QueryResultRow>(text: string, values: readonly unknown[], signal: AbortSignal) => Promise<Row[]>
  /** Whether its session has ended: then no query will be answered any more. */
  readonly isLost: () => boolean
}

/**
 * A superuser session that is opened before any load and kept. PostgreSQL reserves connections for superusers (superuser_reserved_connections), so it still answers when the application
 * has taken all others. A query rejects when its signal aborts, and every later one does once the session is lost.
 */
export async function openMonitor(adminUri: string, purpose: string): Promise<Monitor> {
  const socket = new Socket()
  const client = ownClient({ connectionString: adminUri, application_name: `${monitorName}-${purpose}`, statement_timeout: 5_000, connectionTimeoutMillis: 10_000, keepAlive: true, stream: () => socket })
  let lost: Error | null = null
  const names = new Map<string, string>()
  client.on('error', (error) => (lost = error))
  await client.connect()
  return {
    query: async (text, values, signal) => {
      if (lost) throw new Error(`the monitor's session to PostgreSQL was lost: ${lost.message}`, { cause: lost })
      const { promise: aborted, reject } = Promise.withResolvers<never>()
      const onAbort = () => reject(signal.reason)
      signal.addEventListener('abort', onAbort, { once: true })
      try {
        signal.throwIfAborted()
        const result = await Promise.race([client.query({ name: nameIn(names, text), text, values: [...values] }), aborted])
        return result.rows
      } catch (cause) {
        throw isOfDisk(cause) ? new Error(`PostgreSQL's disk is full: ${cause.message}`, { cause }) : cause
      } finally {
        signal.removeEventListener('abort', onAbort)
      }
    },
    isLost: () => lost !== null,
    [Symbol.asyncDispose]: async () => {
      // A server that is frozen, or can no longer be reached, never closes its end.
      await Promise.race([client.end().catch(() => {}), delay(endWithinMs, undefined, { ref: false })])
      socket.destroy()
    },
  }
}

/** A server without room fails even those who only read: it has to write a page before it can use its place in memory for another. */
const isOfDisk = (cause: unknown): cause is pg.DatabaseError => cause instanceof pg.DatabaseError && cause.code === diskFull

/** Of the prepared statement: to plan the same query at each beat would cost the server more than to run it. */
function nameIn(names: Map<string, string>, text: string): string {
  const name = names.get(text) ?? `lowtide_${names.size}`
  names.set(text, name)
  return name
}
