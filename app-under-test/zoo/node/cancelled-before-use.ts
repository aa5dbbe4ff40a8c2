// A client that hangs up cancels its request between the checkout of a connection and its first use.
import { setTimeout as delay } from 'node:timers/promises'
import { openPool, ordinary, parcelOf } from './depot.ts'
import { mended, serve } from './serve.ts'

const pool = openPool({ max: 40 })

/** The tariff comes from elsewhere, and takes its time. */
const tariff = async (signal: AbortSignal): Promise<number> => {
  await delay(200, undefined, { signal })
  return 3
}

serve({
  ...ordinary(pool),
  quotes: async ({ number, gone }) => {
    const client = await pool.connect()
    try {
      // The leak: a cancelled wait throws before the connection has been used, and only its use has a release.
      const perKilo = await tariff(gone)
      const { rows: [parcel] } = await client.query<{ grams: number }>('SELECT grams FROM parcel WHERE id = $1', [parcelOf(number)])
      if (!mended) client.release()
      return `${((parcel?.grams ?? 0) / 1_000) * perKilo} for parcel ${parcelOf(number)}`
    } finally {
      if (mended) client.release()
    }
  },
})
