// The results of a query are kept in TypeORM's own cache, a table. Its column for the time to keep them takes 24 days of milliseconds, and no month.
import { databaseUrl, parcelOf } from '../../node/depot.ts'
import { serve } from '../../node/serve.ts'

type Query = {
  readonly select: (column: string, as: string) => Query
  readonly from: (table: string, alias: string) => Query
  readonly where: (condition: string, values: object) => Query
  readonly cache: (name: string, keepMs: number) => Query
  readonly getRawOne: () => Promise<Readonly<Record<string, string | number>> | undefined>
}
type Manager = { readonly query: (sql: string, values?: readonly unknown[]) => Promise<readonly Readonly<Record<string, string | number>>[]> }
type DataSource = Manager & { readonly initialize: () => Promise<DataSource>; readonly createQueryBuilder: () => Query; readonly transaction: <T>(work: (manager: Manager) => Promise<T>) => Promise<T> }

const { DataSource } = (await import(`typeorm-${process.env['ZOO_LIBRARY']}`)) as { readonly DataSource: new (settings: object) => DataSource }
const db = await new DataSource({ type: 'postgres', url: databaseUrl, synchronize: true, cache: true, poolSize: 40, extra: { idleTimeoutMillis: 1_000 } }).initialize()

const monthMs = 30 * 24 * 3_600_000

serve({
  parcels: async ({ number }) => {
    const [parcel] = await db.query('SELECT city, grams FROM parcel WHERE id = $1', [parcelOf(number)])
    return `parcel ${parcelOf(number)} to ${parcel?.['city']}: ${parcel?.['grams']} g, in its depot`
  },
  scans: ({ number }) =>
    db.transaction(async (manager) => {
      await manager.query('INSERT INTO scan (parcel, place) VALUES ($1, $2)', [parcelOf(number), `gate ${number % 7}`])
      const [scan] = await manager.query('SELECT count(*) AS n FROM scan WHERE parcel = $1', [parcelOf(number)])
      return `scanned parcel ${parcelOf(number)}, ${scan?.['n']} times by now`
    }),
  depots: async ({ number }) => {
    // The leak: the result cannot be stored, and until 1.1.0 the connection that was to store it was not given back.
    const depot = await db.createQueryBuilder().select('count(*)', 'parcels').from('parcel', 'p').where('p.depot = :depot', { depot: number % 20 }).cache(`depot ${number % 20}`, monthMs).getRawOne()
    return `depot ${number % 20} holds ${depot?.['parcels']} parcels`
  },
  places: async () => {
    await db.query('SELECT pg_sleep(0.3)')
    return 'had a place'
  },
})
