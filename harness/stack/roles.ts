import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { monitorName } from '../probes/monitor.ts'

export const appRole = 'app'

/**
 * Creates the application's role, which is no superuser, and a database that it owns, both named "app".
 * Gives the application's URI: the administrator's with its user, password and database exchanged.
 */
export async function createAppRole(adminUri: string, password = randomBytes(12).toString('hex')): Promise<string> {
  const client = new pg.Client({ connectionString: adminUri, application_name: `${monitorName}-boot`, connectionTimeoutMillis: 10_000 })
  await client.connect()
  try {
    await client.query(`CREATE ROLE ${appRole} LOGIN PASSWORD ${client.escapeLiteral(password)}`)
    await client.query(`CREATE DATABASE ${appRole} OWNER ${appRole}`)
  } finally {
    await client.end()
  }
  const uri = new URL(adminUri)
  uri.username = appRole
  uri.password = password
  uri.pathname = `/${appRole}`
  return uri.href
}
