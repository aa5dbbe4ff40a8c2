// A statement fails, and the connection goes back into its pool as it is: in a transaction that accepts nothing but ROLLBACK.
import { openPool, ordinary } from './depot.ts'
import { mended, serve } from './serve.ts'

/** Imports have a pool of their own, kept warm. */
const imports = openPool({ max: 4, idleTimeoutMillis: 0 })

serve({
  ...ordinary(openPool()),
  imports: async ({ number }) => {
    const client = await imports.connect()
    try {
      await client.query('BEGIN')
      // Parcel 1 is there already: 23505.
      await client.query("INSERT INTO parcel VALUES ($1, 1, 'Oslo', 100, 1)", [number])
      await client.query('COMMIT')
      return `imported parcel ${number}`
    } catch (error) {
      // The leak: whoever gets this connection next gets 25P02 for everything.
      if (mended) await client.query('ROLLBACK')
      throw error
    } finally {
      client.release()
    }
  },
})
