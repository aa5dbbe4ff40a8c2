// A request that holds a connection of the pool asks the same pool for a second one. Four of them at once wait for each other.
import { openPool, ordinary, parcelOf } from './depot.ts'
import { mended, serve } from './serve.ts'

const pool = openPool({ max: 4 })
/** The fix: whoever writes a log entry while it holds a connection takes it from elsewhere. */
const journal = mended ? openPool({ max: 4 }) : pool

serve({
  ...ordinary(pool),
  handoffs: async ({ number }) => {
    const client = await pool.connect()
    try {
      await client.query('BEGIN')
      await client.query('UPDATE parcel SET grams = grams WHERE id = $1', [parcelOf(number)])
      // The deadlock: once every connection has got this far, none will ever come back.
      await journal.query('SELECT count(*) FROM scan WHERE parcel = $1', [parcelOf(number)])
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
