// A session is reset when it is taken the next time, and not when it is given back: that saves a round trip. Whatever it was left with, it keeps until then.
import type pg from 'pg'
import { openPool, ordinary } from './depot.ts'
import { mended, type Refusal, serve } from './serve.ts'

/** Labels are printed one after the other: they have one session, which stays. */
const printer = openPool({ max: 1, idleTimeoutMillis: 0 })

serve({
  ...ordinary(openPool()),
  queue: () =>
    withPrinter(async (client) => {
      const { rows: [queue] } = await client.query<{ labels: number }>("SELECT count(*)::int AS labels FROM scan WHERE place = 'printer'")
      return `${queue?.labels} labels were printed`
    }),
  labels: ({ number }) =>
    withPrinter(async (client) => {
      await client.query('BEGIN')
      const { rows: [parcel] } = await client.query<{ city: string }>('SELECT city FROM parcel WHERE id = $1 FOR SHARE', [number])
      // The leak: a way out that leaves the transaction to whoever comes next.
      if (parcel === undefined) return { status: 404, text: `there is no parcel ${number}` }
      await client.query('INSERT INTO scan (parcel, place) VALUES ($1, $2)', [number, 'printer'])
      await client.query('COMMIT')
      return `a label to ${parcel.city}`
    }),
})

async function withPrinter(work: (client: pg.PoolClient) => Promise<string | Refusal>): Promise<string | Refusal> {
  const client = await printer.connect()
  try {
    if (!mended) await reset(client)
    return await work(client)
  } finally {
    if (mended) await reset(client)
    client.release()
  }
}

/** Where no transaction is open the server warns, and goes on. */
const reset = (client: pg.PoolClient) => client.query('ROLLBACK')
