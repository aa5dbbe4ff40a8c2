import pg from 'pg'
import { monitorName } from '../probes/monitor.ts'
import type { Stack } from '../stack/stack.ts'

/** Blinds a run for real: the server itself ends every session that the monitor holds. */
export async function cutMonitors({ database }: Stack): Promise<void> {
  const client = new pg.Client({ connectionString: database.adminUri, application_name: 'lowtide-fault' })
  await client.connect()
  try {
    await client.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE $1 || '%' AND pid <> pg_backend_pid()", [monitorName])
  } finally {
    await client.end()
  }
}
