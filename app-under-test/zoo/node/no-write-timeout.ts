// A long report is sent row by row from a server cursor, as fast as its client reads, and is given up as soon as its client has gone. Of one that vanished nobody hears.
import { once } from 'node:events'
import { openPool, ordinary } from './depot.ts'
import { mended, serve } from './serve.ts'

const pool = openPool({ max: 40 })

serve({
  ...ordinary(pool),
  reports: async ({ gone, response }) => {
    // The leak, where this is missing: the kernel tries for a quarter of an hour before it gives the connection up, and all the while the cursor waits for room.
    if (mended) response.setTimeout(1_000)
    const client = await pool.connect()
    try {
      await client.query('BEGIN')
      await client.query("DECLARE report CURSOR FOR SELECT id, city, repeat('.', 2000) AS line, pg_sleep(0.002) FROM parcel ORDER BY id")
      for (;;) {
        const { rows } = await client.query<{ id: number; city: string; line: string }>('FETCH 25 FROM report')
        if (rows.length === 0) break
        const text = rows.map(({ id, city, line }) => `${id} ${city} ${line}\n`).join('')
        if (!response.write(text)) await once(response, 'drain', { signal: gone })
      }
      await client.query('COMMIT')
    } catch (error) {
      await client.query('ROLLBACK')
      throw error
    } finally {
      client.release()
    }
    response.end('end of report\n')
    return undefined
  },
})
