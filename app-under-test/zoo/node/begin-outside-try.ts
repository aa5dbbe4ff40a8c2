// BEGIN and the first look stand before the try whose finally gives the connection back.
import type pg from 'pg'
import { openPool, ordinary } from './depot.ts'
import { mended, serve } from './serve.ts'

const pool = openPool({ max: 40 })

serve({
  ...ordinary(pool),
  moves: async ({ number }) => {
    const client = await pool.connect()
    return mended ? movedSafely(client, number) : moved(client, number)
  },
})

async function moved(client: pg.PoolClient, number: number): Promise<string> {
  await client.query('BEGIN')
  // The leak: a parcel that is not there throws here, and the transaction stays open on a connection that nobody has any more.
  const depot = await depotOf(client, number)
  try {
    await client.query('UPDATE parcel SET depot = $2 WHERE id = $1', [number, (depot + 1) % 20])
    await client.query('COMMIT')
    return `moved on from depot ${depot}`
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  } finally {
    client.release()
  }
}

async function movedSafely(client: pg.PoolClient, number: number): Promise<string> {
  try {
    await client.query('BEGIN')
    const depot = await depotOf(client, number)
    await client.query('UPDATE parcel SET depot = $2 WHERE id = $1', [number, (depot + 1) % 20])
    await client.query('COMMIT')
    return `moved on from depot ${depot}`
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  } finally {
    client.release()
  }
}

async function depotOf(client: pg.PoolClient, number: number): Promise<number> {
  const { rows: [parcel] } = await client.query<{ depot: number }>('SELECT depot FROM parcel WHERE id = $1', [number])
  if (parcel === undefined) throw new Error(`there is no parcel ${number}`)
  return parcel.depot
}
