// A pool of fixed size, filled at the start. A connection that is not given back stays open: there are as many as ever, and one less to use.
import { openPool, ordinary } from './depot.ts'
import { mended, serve } from './serve.ts'

const size = 20
const pool = openPool({ max: size, min: size, idleTimeoutMillis: 0, connectionTimeoutMillis: 1_000 })
const all = await Promise.all(Array.from({ length: size }, () => pool.connect()))
for (const client of all) client.release()

serve({
  ...ordinary(pool),
  voids: async ({ number }) => {
    const client = await pool.connect()
    const { rows: [parcel] } = await client.query<{ pieces: number }>('SELECT pieces FROM parcel WHERE id = $1', [number])
    if (parcel === undefined) {
      // The leak: the session lives on, idle like its neighbours, and its place in the pool is lost.
      if (mended) client.release()
      return { status: 404, text: `there is no parcel ${number}` }
    }
    client.release()
    return `voided ${parcel.pieces} pieces`
  },
})
