/** Fills an empty database with a tracker's data: `DATABASE_URL=... node seed.ts --preset course --seed 2006 [--replace]`. */
import { parseArgs } from 'node:util'
import { faultOf } from './drproject/faults.ts'
import { loadRows } from './seed/load.ts'
import { PRESETS } from './seed/presets.ts'
import { progressBar } from './seed/progress.ts'

try {
  await seed()
} catch (error) {
  console.error(`seed: ${faultOf(error).message}`)
  process.exitCode = 1
}

async function seed(): Promise<void> {
  const { values } = parseArgs({ options: { preset: { type: 'string', default: 'course' }, seed: { type: 'string', default: '2006' }, replace: { type: 'boolean', default: false } } })
  const preset = PRESETS[values.preset]
  if (!preset) throw new Error(`There is no preset "${values.preset}". ${Object.entries(PRESETS).map(([name, { about }]) => `${name}: ${about}`).join('. ')}.`)
  if (!/^\d{1,9}$/.test(values.seed)) throw new Error(`--seed takes a whole number of at most nine digits, got "${values.seed}".`)
  if (!process.env.DATABASE_URL) throw new Error('DATABASE_URL is not set. Example: DATABASE_URL=postgres://tracker:secret@127.0.0.1:5432/tracker')

  const begin = performance.now()
  const counts = await loadRows(process.env.DATABASE_URL, preset.rows(Number(values.seed)), { replace: values.replace, progress: progressBar(preset.size) })
  const seconds = ((performance.now() - begin) / 1000).toFixed(1)
  const loaded = Object.entries(counts).map(([table, count]) => `${count} ${table}`).join(', ')
  console.log(`Loaded ${values.preset} (seed ${values.seed}) in ${seconds} s: ${loaded}. Its last day is ${preset.lastDay}: set TRACKER_NOW=${preset.lastDay}T18:00:00Z.`)
}
