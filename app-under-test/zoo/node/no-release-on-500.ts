// A connection goes back to the pool when its request went well, and only then.
import { openPool, ordinary } from './depot.ts'
import { mended, serve } from './serve.ts'

const pool = openPool({ max: 40 })

serve({
  ...ordinary(pool),
  shares: async ({ number }) => {
    const client = await pool.connect()
    try {
      // Parcel 1000 has no pieces: 22012, division by zero.
      const { rows: [share] } = await client.query<{ grams: number }>('SELECT grams / pieces AS grams FROM parcel WHERE id = $1', [number])
      client.release()
      return `${share?.grams} g a piece`
    } catch (error) {
      // The leak: without this line nobody gives the connection back.
      if (mended) client.release()
      throw error
    }
  },
})
