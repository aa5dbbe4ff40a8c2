import { randomBytes } from 'node:crypto'
import { monitorName } from '../probes/monitor.ts'
import { ownClient } from './own-client.ts'

export const appRole = 'app'

export type AppRole = { readonly mayReplicate?: boolean | undefined; readonly password?: string }

/**
 * Creates the application's role, which is no superuser and makes replication slots only where its target says that it has to, and a database that it owns, both named "app".
 * Gives the application's URI: the administrator's with its user, password and database exchanged.
 */
export async function createAppRole(adminUri: string, { mayReplicate = false, password = randomBytes(12).toString('hex') }: AppRole = {}): Promise<string> {
  const client = ownClient({ connectionString: adminUri, application_name: `${monitorName}-boot`, connectionTimeoutMillis: 10_000 })
  // The server may end this session, also between two statements: the next then fails, and does not say of what.
  let ended: Error | null = null
  client.on('error', (error) => (ended ??= error))
  try {
    await client.connect()
    await client.query(`CREATE ROLE ${appRole} LOGIN ${mayReplicate ? 'REPLICATION ' : ''}PASSWORD ${client.escapeLiteral(password)}`)
    await client.query(`CREATE DATABASE ${appRole} OWNER ${appRole}`)
  } catch (cause) {
    throw new Error(`The role of the application could not be made: ${(ended ?? (cause as Error)).message}.`, { cause })
  } finally {
    await client.end().catch(() => {})
  }
  const uri = new URL(adminUri)
  uri.username = appRole
  uri.password = password
  uri.pathname = `/${appRole}`
  return uri.href
}
