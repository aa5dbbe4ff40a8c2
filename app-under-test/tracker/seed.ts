/** Fills an empty database with a tracker's data: `DATABASE_URL=... node seed.ts --preset course --seed 2006 [--replace]`. */
import { parseArgs } from 'node:util'
import { faultOf } from './drproject/faults.ts'
import { loadRows } from './seed/load.ts'
import { PRESETS } from './seed/presets.ts'

try {
  await seed()
} catch (error) {
  console.error(`seed: ${faultOf(error).message}`)
  process.exitCode = 1
}

async function seed(): Promise<void> {
  const { values } = parseArgs({ options: { preset: { type: 'string', default: 'course' }, seed: { type: 'string', default: '2006' }, replace: { type: 'boolean', default: false } } })
  const preset = PRESETS[values.preset]
  if (!preset) throw new Error(`There is no preset "${values.preset}". Use one of: ${Object.keys(PRESETS).join(', ')}.`)
  if (!/^\d{1,9}$/.test(values.seed)) throw new Error(`--seed takes a whole number of at most nine digits, got "${values.seed}".`)
  if (!process.env.DATABASE_URL) throw new Error('DATABASE_URL is not set. Example: DATABASE_URL=postgres://tracker:secret@127.0.0.1:5432/tracker')

  const rows = preset.rows(Number(values.seed))
  await loadRows(process.env.DATABASE_URL, rows, { replace: values.replace })
  const counts = Object.entries(rows).map(([table, ofTable]) => `${ofTable.length} ${table}`)
  console.log(`Loaded ${values.preset} (seed ${values.seed}): ${counts.join(', ')}. Its last day is ${preset.lastDay}: set TRACKER_NOW=${preset.lastDay}T18:00:00Z.`)
}
