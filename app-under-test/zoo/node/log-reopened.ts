// The log is opened anew for each entry, so that it can be rotated, and is never closed.
import { close, open, write } from 'node:fs'
import { promisify } from 'node:util'
import { openPool, ordinary, parcelOf } from './depot.ts'
import { mended, serve } from './serve.ts'

const pool = openPool()
const opened = promisify(open)
const written = promisify(write)

serve({
  ...ordinary(pool),
  audits: async ({ number }) => {
    const { rows: [parcel] } = await pool.query<{ grams: number }>('SELECT grams FROM parcel WHERE id = $1', [parcelOf(number)])
    // What is opened as a number is closed by nobody else, a collector of garbage included.
    const log = await opened('/dev/stderr', 'a')
    await written(log, `audit of parcel ${parcelOf(number)}: ${parcel?.grams} g\n`)
    // The leak.
    if (mended) await promisify(close)(log)
    return `audited parcel ${parcelOf(number)}`
  },
})
