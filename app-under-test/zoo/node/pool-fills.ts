// Healthy: a pool that never shrinks. Each request asks for three connections at once, and how many are wanted together is chance: it fills for a while, then no more.
import { openPool, ordinary } from './depot.ts'
import { serve } from './serve.ts'

const pool = openPool({ max: 20, idleTimeoutMillis: 0 })

serve({
  ...ordinary(pool),
  comparison: async ({ number }) => {
    const depots = [0, 1, 2].map((more) => pool.query<{ n: number }>('SELECT count(*)::int AS n FROM parcel WHERE depot = $1', [(number + more) % 20]))
    const counts = (await Promise.all(depots)).map(({ rows: [row] }) => row?.n)
    return `compared ${counts.join(' and ')} parcels`
  },
})
