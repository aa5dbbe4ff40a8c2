// Healthy: one session listens for as long as the program runs, and never runs a second statement.
import pg from 'pg'
import { databaseUrl, openPool, ordinary } from './depot.ts'
import { serve } from './serve.ts'

const pool = openPool()
let announced = 0
const listener = new pg.Client({ connectionString: databaseUrl })
await listener.connect()
listener.on('notification', () => (announced += 1))
await listener.query('LISTEN announcements')

serve({
  ...ordinary(pool),
  announcements: async ({ number }) => {
    await pool.query("SELECT pg_notify('announcements', $1)", [`${number}`])
    return `announced, ${announced} so far`
  },
})
