import type pg from 'pg'
import { ownClient } from './own-client.ts'
import type { Database } from './stack.ts'

/** Does something with the server as its superuser, in a session of its own that ends with it. */
export async function asAdmin({ adminUri }: Pick<Database, 'adminUri'>, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = ownClient({ connectionString: adminUri, application_name: 'lowtide-fault' })
  // The server may end this session as well.
  client.on('error', () => {})
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end().catch(() => {})
  }
}
