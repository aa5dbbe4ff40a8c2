// Who wants the changes from now on gets a replication slot; nobody drops it when the client has seen enough. Its role needs REPLICATION.
import { openPool, ordinary } from './depot.ts'
import { mended, serve } from './serve.ts'

const pool = openPool()

serve({
  ...ordinary(pool),
  changes: async ({ number }) => {
    const slot = `changes_${number}`
    await pool.query("SELECT pg_create_logical_replication_slot($1, 'test_decoding')", [slot])
    const { rows } = await pool.query('SELECT data FROM pg_logical_slot_peek_changes($1, NULL, 10)', [slot])
    // The leak: from now on the server keeps its write-ahead log for a reader who never comes back.
    if (mended) await pool.query('SELECT pg_drop_replication_slot($1)', [slot])
    return `${rows.length} changes since you came`
  },
})
