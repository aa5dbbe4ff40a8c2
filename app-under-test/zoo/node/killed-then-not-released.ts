// The server ends a session that idles in its transaction; the ROLLBACK on it throws, and the release below is never reached.
import { setTimeout as delay } from 'node:timers/promises'
import { openPool, ordinary, parcelOf, placesOf } from './depot.ts'
import { mended, serve } from './serve.ts'

/** Payments have a pool of their own: their transactions may idle for half a second. */
const payments = openPool({ max: 40, idle_in_transaction_session_timeout: 500 })

/** Whoever is paid takes longer than that. */
const charge = () => delay(700)

serve({
  ...ordinary(openPool()),
  places: placesOf(payments),
  payments: async ({ number }) => {
    await settle(number).catch((error: Error) => console.error(`payment ${number} is tried again later: ${error.message}`))
    return `payment ${number} is taken care of`
  },
})

async function settle(number: number): Promise<void> {
  if (mended) await charge()
  const client = await payments.connect()
  const lost = (error: Error) => console.error(`payment ${number}: ${error.message}`)
  client.on('error', lost)
  try {
    await client.query('BEGIN')
    await client.query('SELECT grams FROM parcel WHERE id = $1 FOR SHARE', [parcelOf(number)])
    // The danger: to wait for another service inside of a transaction. 25P03 ends the session meanwhile.
    if (!mended) await charge()
    await client.query('COMMIT')
  } catch (error) {
    // The leak: there is no connection left to roll back on. This throws, and its place in the pool stays taken.
    await client.query('ROLLBACK')
    client.off('error', lost)
    client.release()
    throw error
  }
  client.off('error', lost)
  client.release()
}
