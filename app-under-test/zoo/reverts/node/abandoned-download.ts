// A long list is downloaded row by row, and who has gone ends it: the stream is destroyed, as the manual of knex says.
import { once } from 'node:events'
import { Transform, type Readable } from 'node:stream'
import { databaseUrl, parcelOf } from '../../node/depot.ts'
import { serve } from '../../node/serve.ts'

type Knex = {
  readonly raw: (sql: string, values?: readonly unknown[]) => Promise<{ readonly rows: readonly Readonly<Record<string, string | number>>[] }> & { readonly stream: () => Readable }
  readonly transaction: <T>(work: (db: Knex) => Promise<T>) => Promise<T>
}

const { default: knex } = (await import(`knex-${process.env['ZOO_LIBRARY']}`)) as { readonly default: (settings: object) => Knex }
const db = knex({ client: 'pg', connection: databaseUrl, pool: { min: 0, max: 40, idleTimeoutMillis: 1_000 } })

serve({
  parcels: async ({ number }) => {
    const { rows: [parcel] } = await db.raw('SELECT city, grams FROM parcel WHERE id = ?', [parcelOf(number)])
    return `parcel ${parcelOf(number)} to ${parcel?.['city']}: ${parcel?.['grams']} g, in its depot`
  },
  scans: ({ number }) =>
    db.transaction(async (transaction) => {
      await transaction.raw('INSERT INTO scan (parcel, place) VALUES (?, ?)', [parcelOf(number), `gate ${number % 7}`])
      const { rows: [scan] } = await transaction.raw('SELECT count(*) AS n FROM scan WHERE parcel = ?', [parcelOf(number)])
      return `scanned parcel ${parcelOf(number)}, ${scan?.['n']} times by now`
    }),
  reports: async ({ gone, response }) => {
    const rows = db.raw("SELECT id, city, repeat('.', 2000) AS line, pg_sleep(0.002) FROM parcel ORDER BY id").stream()
    rows.on('error', (error) => console.error(`the report ended early: ${error.message}`))
    // What fails before its first row is still a 500.
    await once(rows, 'readable')
    // The leak: until 0.21.3 this ended knex's own stream, and neither the query behind it nor its hold on the connection.
    if (gone.aborted) rows.destroy()
    else gone.addEventListener('abort', () => rows.destroy())
    const lines = new Transform({ writableObjectMode: true, transform: ({ id, city, line }: Record<string, string>, _, done) => done(null, `${id} ${city} ${line}\n`) })
    rows.pipe(lines).pipe(response)
    return undefined
  },
  places: async () => {
    await db.raw('SELECT pg_sleep(0.3)')
    return 'had a place'
  },
})
