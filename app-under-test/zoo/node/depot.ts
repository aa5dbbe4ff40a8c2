import pg from 'pg'
import type { Handler } from './serve.ts'

export const databaseUrl = process.env['DATABASE_URL'] ?? ''

/** A pool as most have it: sessions that nobody uses for a second are closed. */
export function openPool(settings: pg.PoolConfig = {}): pg.Pool {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 10, idleTimeoutMillis: 1_000, ...settings })
  // A session that dies in the pool is replaced, and no reason to end the process.
  pool.on('error', (error) => console.error(`a pooled session was lost: ${error.message}`))
  return pool
}

/** What every program does besides, without a fault: parcels are looked up and scanned. */
export const ordinary = (pool: pg.Pool): Readonly<Record<string, Handler>> => ({
  parcels: async ({ number }) => {
    const id = parcelOf(number)
    const { rows: [parcel] } = await pool.query<{ city: string; grams: number; depot: number }>('SELECT city, grams, depot FROM parcel WHERE id = $1', [id])
    const { rows: scans } = await pool.query<{ place: string }>('SELECT place FROM scan WHERE parcel = $1 ORDER BY id DESC LIMIT 3', [id])
    const { rows: [depot] } = await pool.query<{ parcels: number }>('SELECT count(*)::int AS parcels FROM parcel WHERE depot = $1', [parcel?.depot])
    return `parcel ${id} to ${parcel?.city}: ${parcel?.grams} g, seen at ${scans.map(({ place }) => place).join(', ')}, one of ${depot?.parcels} in its depot`
  },
  scans: async ({ number }) => {
    const id = parcelOf(number)
    const client = await pool.connect()
    try {
      await client.query('BEGIN')
      await client.query('INSERT INTO scan (parcel, place) VALUES ($1, $2)', [id, `gate ${number % 7}`])
      const { rows: [scan] } = await client.query<{ n: number }>('SELECT count(*)::int AS n FROM scan WHERE parcel = $1', [id])
      await client.query('COMMIT')
      return `scanned parcel ${id}, ${scan?.n} times by now`
    } catch (error) {
      await client.query('ROLLBACK')
      throw error
    } finally {
      client.release()
    }
  },
  depots: async ({ number }) => {
    const { rows: [depot] } = await pool.query<{ parcels: number; grams: number }>('SELECT count(*)::int AS parcels, sum(grams)::int AS grams FROM parcel WHERE depot = $1', [number % 20])
    return `depot ${number % 20} holds ${depot?.parcels} parcels of ${depot?.grams} g`
  },
  places: placesOf(pool),
})

/** Takes one place of a pool for a while: who has to wait for one is answered later. */
export const placesOf = (pool: pg.Pool): Handler => async () => {
  await pool.query('SELECT pg_sleep(0.3)')
  return 'had a place'
}

export const parcelOf = (number: number): number => (number % 999) + 1
