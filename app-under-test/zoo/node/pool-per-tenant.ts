// Every tenant has a pool; the four that came last are kept. The fifth is forgotten, but not closed.
import type pg from 'pg'
import { openPool, ordinary } from './depot.ts'
import { mended, serve } from './serve.ts'

const tenants = new Map<number, pg.Pool>()

function poolOf(tenant: number): pg.Pool {
  const pool = tenants.get(tenant) ?? openPool({ max: 1, idleTimeoutMillis: 0 })
  tenants.delete(tenant)
  tenants.set(tenant, pool)
  const [oldest] = tenants
  if (tenants.size > 4 && oldest !== undefined) {
    tenants.delete(oldest[0])
    // The leak: a pool that nobody knows any more keeps its session open all by itself.
    if (mended) void oldest[1].end()
  }
  return pool
}

serve({
  ...ordinary(openPool()),
  tenants: async ({ number }) => {
    const { rows: [own] } = await poolOf(number).query<{ n: number }>('SELECT count(*)::int AS n FROM parcel WHERE depot = $1', [number % 20])
    return `tenant ${number} has ${own?.n} parcels`
  },
})
