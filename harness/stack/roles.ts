import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { monitorName } from '../probes/monitor.ts'

/**
 * Creates the role `app`, no superuser, and the database `app` that it owns; gives its URI. A superuser could take the reserved slots,
 * and the monitor would be locked out just when the server is full.
 */
export async function createAppRole(adminUri: string): Promise<string> {
  const client = new pg.Client({ connectionString: adminUri, application_name: `${monitorName}-roles` })
  await client.connect()
  try {
    const password = randomBytes(12).toString('hex')
    await client.query(`CREATE ROLE app LOGIN NOSUPERUSER PASSWORD '${password}'`)
    await client.query('CREATE DATABASE app OWNER app')
    const uri = new URL(adminUri)
    uri.username = 'app'
    uri.password = password
    uri.pathname = '/app'
    return uri.href
  } finally {
    await client.end()
  }
}
