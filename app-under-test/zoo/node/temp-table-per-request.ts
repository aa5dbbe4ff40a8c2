// A temporary table is dropped when its session ends. In a pool it never does.
import { openPool, ordinary } from './depot.ts'
import { mended, serve } from './serve.ts'

const pool = openPool({ idleTimeoutMillis: 0 })

serve({
  ...ordinary(pool),
  batches: async ({ number }) => {
    const client = await pool.connect()
    try {
      await client.query('BEGIN')
      // The leak: without ON COMMIT DROP each request leaves a table in its pooled session, and rows in the server's catalogues.
      await client.query(`CREATE TEMPORARY TABLE batch_${number} ${mended ? 'ON COMMIT DROP' : ''} AS SELECT id, grams FROM parcel WHERE depot = ${number % 20}`)
      const { rows: [batch] } = await client.query<{ grams: number }>(`SELECT sum(grams)::int AS grams FROM batch_${number}`)
      await client.query('COMMIT')
      return `batch of ${batch?.grams} g`
    } catch (error) {
      await client.query('ROLLBACK')
      throw error
    } finally {
      client.release()
    }
  },
})
