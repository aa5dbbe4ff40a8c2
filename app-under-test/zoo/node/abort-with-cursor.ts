// A long report is sent row by row from a server cursor, as fast as its client reads. Who has gone reads no more.
import { once } from 'node:events'
import { openPool, ordinary } from './depot.ts'
import { mended, serve } from './serve.ts'

const pool = openPool({ max: 40 })

serve({
  ...ordinary(pool),
  reports: async ({ gone, response }) => {
    const client = await pool.connect()
    try {
      await client.query('BEGIN')
      await client.query("DECLARE report CURSOR FOR SELECT id, city, repeat('.', 2000) AS line, pg_sleep(0.002) FROM parcel ORDER BY id")
      for (;;) {
        const { rows } = await client.query<{ id: number; city: string; line: string }>('FETCH 25 FROM report')
        if (rows.length === 0) break
        const text = rows.map(({ id, city, line }) => `${id} ${city} ${line}\n`).join('')
        // The leak: a response whose client has gone never drains, and this waits for ever, with its cursor and its snapshot.
        if (!response.write(text)) await (mended ? once(response, 'drain', { signal: gone }) : new Promise((drained) => response.once('drain', drained)))
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
