// A pooled session is set up for its reader in a transaction that nobody ends: reading needs no COMMIT.
import { openPool, ordinary } from './depot.ts'
import { mended, serve } from './serve.ts'

const pool = openPool({ idleTimeoutMillis: 0 })

serve({
  ...ordinary(pool),
  overview: async ({ number }) => {
    const client = await pool.connect()
    try {
      await client.query('BEGIN')
      await client.query(`SET LOCAL search_path TO public`)
      const { rows } = await client.query<{ city: string; n: number }>('SELECT city, count(*)::int AS n FROM parcel WHERE depot = $1 GROUP BY city', [number % 20])
      // The leak: the session goes back into the pool with its transaction, its snapshot's locks and all.
      if (mended) await client.query('COMMIT')
      return `overview of ${rows.map(({ city, n }) => `${n} to ${city}`).join(', ')}`
    } finally {
      client.release()
    }
  },
})
