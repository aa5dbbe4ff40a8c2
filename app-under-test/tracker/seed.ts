/** Fills an empty database with a tracker's data: `DATABASE_URL=... node seed.ts --preset course --seed 2006 [--replace] [--repositories DIR]`. */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { openEnvironment } from './drproject/environment.ts'
import { faultOf } from './drproject/faults.ts'
import { openRepository } from './drproject/versioncontrol/repository.ts'
import { synchronise } from './drproject/versioncontrol/sync.ts'
import { loadRows } from './seed/load.ts'
import { PRESETS } from './seed/presets.ts'
import { progressBar } from './seed/progress.ts'
import type { ProjectSpec } from './seed/project.ts'
import { writeRepositories } from './seed/repositories.ts'

try {
  await seed()
} catch (error) {
  console.error(`seed: ${faultOf(error).message}`)
  process.exitCode = 1
}

async function seed(): Promise<void> {
  const { values } = parseArgs({ options: { preset: { type: 'string', default: 'course' }, seed: { type: 'string', default: '2006' }, replace: { type: 'boolean', default: false }, repositories: { type: 'string' } } })
  const preset = PRESETS[values.preset]
  if (!preset) throw new Error(`There is no preset "${values.preset}". ${Object.entries(PRESETS).map(([name, { about }]) => `${name}: ${about}`).join('. ')}.`)
  if (!/^\d{1,9}$/.test(values.seed)) throw new Error(`--seed takes a whole number of at most nine digits, got "${values.seed}".`)
  if (!process.env.DATABASE_URL) throw new Error('DATABASE_URL is not set. Example: DATABASE_URL=postgres://tracker:secret@127.0.0.1:5432/tracker')

  const begin = performance.now()
  const counts = await loadRows(process.env.DATABASE_URL, preset.rows(Number(values.seed)), { replace: values.replace, progress: progressBar(preset.size) })
  const seconds = ((performance.now() - begin) / 1000).toFixed(1)
  const loaded = Object.entries(counts).map(([table, count]) => `${count} ${table}`).join(', ')
  console.log(`Loaded ${values.preset} (seed ${values.seed}) in ${seconds} s: ${loaded}. Its last day is ${preset.lastDay}: set TRACKER_NOW=${preset.lastDay}T18:00:00Z.`)
  if (values.repositories !== undefined) await makeRepositories(values.repositories, preset.projects(Number(values.seed)))
}

/** The same history in Git, and its commits' ids in the rows. */
async function makeRepositories(folder: string, projects: readonly ProjectSpec[]): Promise<void> {
  const begin = performance.now()
  await writeRepositories(folder, projects)
  const written = performance.now()
  await using ends = new AsyncDisposableStack()
  const env = openEnvironment(process.env)
  ends.defer(env.close)
  for (const { name } of projects) await synchronise(env, name, openRepository(folder, name)!)
  console.log(`Wrote ${projects.length} ${projects.length === 1 ? 'repository' : 'repositories'} in ${((written - begin) / 1000).toFixed(1)} s, and synchronised in ${((performance.now() - written) / 1000).toFixed(1)} s: set TRACKER_REPOSITORIES=${resolve(folder)}.`)
}
