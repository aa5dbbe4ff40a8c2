// An audit has a connection of its own, outside of the pool. On the way out by an error nobody ends it, nor its transaction: the server does, when it has waited for long enough.
import pg from 'pg'
import { databaseUrl, openPool, ordinary } from './depot.ts'
import { mended, serve } from './serve.ts'

serve({
  ...ordinary(openPool()),
  audits: async ({ number }) => {
    // The net under it: without this the session would stay for good.
    const client = new pg.Client({ connectionString: databaseUrl, idle_in_transaction_session_timeout: 10_000 })
    client.on('error', (error) => console.error(`audit ${number}: ${error.message}`))
    await client.connect()
    try {
      await client.query('BEGIN')
      const { rows: [parcel] } = await client.query<{ grams: number }>('SELECT grams FROM parcel WHERE id = $1 FOR SHARE', [number])
      if (parcel === undefined) throw new Error(`there is no parcel ${number} to audit`)
      await client.query('INSERT INTO scan (parcel, place) VALUES ($1, $2)', [number, 'audit'])
      await client.query('COMMIT')
      await client.end()
      return `audited parcel ${number} of ${parcel.grams} g`
    } finally {
      // The leak: what has thrown came by no end of the connection.
      if (mended) await client.end()
    }
  },
})
