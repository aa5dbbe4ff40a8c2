// A request that holds a connection of the pool asks the same pool for a second one. Four of them at once wait for each other.
import { openPool, ordinary, parcelOf } from './depot.ts'
import { mended, serve } from './serve.ts'

const pool = openPool({ max: 4 })

serve({
  ...ordinary(pool),
  handoffs: async ({ number }) => {
    const client = await pool.connect()
    try {
      await client.query('BEGIN')
      await client.query('UPDATE parcel SET grams = grams WHERE id = $1', [parcelOf(number)])
      // The deadlock: once all four have got this far, each waits for a fifth. The fix is to ask on the connection that is at hand.
      const reader = mended ? client : pool
      await reader.query('SELECT count(*) FROM scan WHERE parcel = $1', [parcelOf(number)])
      await client.query('COMMIT')
      return `handed parcel ${parcelOf(number)} on`
    } catch (error) {
      await client.query('ROLLBACK')
      throw error
    } finally {
      client.release()
    }
  },
})
