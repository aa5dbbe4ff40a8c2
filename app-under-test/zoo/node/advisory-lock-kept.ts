// A session's lock is not given back with its connection: it lies in the pool until the session ends.
import { openPool, ordinary } from './depot.ts'
import { mended, serve } from './serve.ts'

const pool = openPool({ idleTimeoutMillis: 0 })

serve({
  ...ordinary(pool),
  sorting: async ({ number }) => {
    const client = await pool.connect()
    try {
      await client.query('SELECT pg_advisory_lock($1)', [number])
      try {
        // Parcel 1000 has no pieces: 22012, division by zero.
        await client.query('SELECT grams / pieces FROM parcel WHERE id = 1000')
        if (!mended) await client.query('SELECT pg_advisory_unlock($1)', [number])
        return `sorted ${number}`
      } finally {
        // The leak: what fails above passes by its unlock, unless it stands here.
        if (mended) await client.query('SELECT pg_advisory_unlock($1)', [number])
      }
    } finally {
      client.release()
    }
  },
})
