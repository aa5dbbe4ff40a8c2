// Two-phase commit with a partner who is closed: what was prepared here is forgotten.
import { openPool, ordinary } from './depot.ts'
import { mended, serve } from './serve.ts'

const pool = openPool()

const tellPartner = async (): Promise<void> => {
  throw new Error('the partner is closed')
}

serve({
  ...ordinary(pool),
  handovers: async ({ number }) => {
    const client = await pool.connect()
    const name = `handover-${number}`
    try {
      await client.query('BEGIN')
      await client.query("INSERT INTO scan (parcel, place) VALUES (1000, 'partner')")
      await client.query(`PREPARE TRANSACTION '${name}'`)
      try {
        await tellPartner()
      } catch (error) {
        // The leak: a prepared transaction outlives its session, and the server itself, until someone ends it by name.
        if (mended) await client.query(`ROLLBACK PREPARED '${name}'`)
        throw error
      }
      await client.query(`COMMIT PREPARED '${name}'`)
      return `handed over ${number}`
    } finally {
      client.release()
    }
  },
})
