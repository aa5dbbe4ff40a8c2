import { randomBytes } from 'node:crypto'
import { monitorName } from '../probes/monitor.ts'
import { ownClient } from './own-client.ts'

export const appRole = 'app'

export type AppRole = { readonly mayReplicate?: boolean | undefined; readonly password?: string; readonly withinMs?: number }

/** What pg says of a query that takes longer than its `query_timeout` (client.js). */
const overdue = 'Query read timeout'

/** For each of its two statements, of which the second copies a database. */
const madeWithinMs = 60_000

/**
 * Creates the application's role, which is no superuser and makes replication slots only where its target says that it has to, and a database that it owns, both named "app".
 * Gives the application's URI: the administrator's with its user, password and database exchanged.
 */
export async function createAppRole(adminUri: string, { mayReplicate = false, password = randomBytes(12).toString('hex'), withinMs = madeWithinMs }: AppRole = {}): Promise<string> {
  const client = ownClient({ connectionString: adminUri, application_name: `${monitorName}-boot`, connectionTimeoutMillis: 10_000, query_timeout: withinMs })
  // The server may end this session, also between two statements: the next then fails, and does not say of what.
  let ended: Error | null = null
  client.on('error', (error) => (ended ??= error))
  try {
    await client.connect()
    await client.query(`CREATE ROLE ${appRole} LOGIN ${mayReplicate ? 'REPLICATION ' : ''}PASSWORD ${client.escapeLiteral(password)}`)
    await client.query(`CREATE DATABASE ${appRole} OWNER ${appRole}`)
  } catch (cause) {
    const { message } = ended ?? (cause as Error)
    throw new Error(`The role of the application could not be made: ${message === overdue ? `PostgreSQL did not answer within ${withinMs / 1_000} s: does its disk hang, or does another session hold a lock?` : `${message}.`}`, { cause })
  } finally {
    await client.end().catch(() => {})
  }
  const uri = new URL(adminUri)
  uri.username = appRole
  uri.password = password
  uri.pathname = `/${appRole}`
  return uri.href
}

/** The administrator's URI, inside of the application's database: only a session there sees its relations. */
export function adminInside({ adminUri, appUri }: { readonly adminUri: string; readonly appUri: string }): string {
  const uri = new URL(adminUri)
  uri.pathname = new URL(appUri).pathname
  return uri.href
}
