// A guard that was added later returns between the checkout and its release.
import { openPool, ordinary } from './depot.ts'
import { mended, serve } from './serve.ts'

const pool = openPool({ max: 40 })

serve({
  ...ordinary(pool),
  receipts: async ({ number }) => {
    const client = await pool.connect()
    const { rows: [parcel] } = await client.query<{ city: string }>('SELECT city FROM parcel WHERE id = $1', [number])
    if (parcel === undefined) {
      // The leak: the way out that has no release.
      if (mended) client.release()
      return { status: 404, text: `there is no parcel ${number}` }
    }
    const { rows: [scan] } = await client.query<{ place: string }>('SELECT place FROM scan WHERE parcel = $1 ORDER BY id DESC LIMIT 1', [number])
    client.release()
    return `for ${parcel.city}, received at ${scan?.place}`
  },
})
