/** Brings the projects' revisions up to their repositories: `DATABASE_URL=... TRACKER_REPOSITORIES=repositories node sync.ts [PROJECT...] [--anew]`. */
import { parseArgs } from 'node:util'
import { faultOf } from './drproject/faults.ts'
import { Project } from './drproject/model.ts'
import { openTracker } from './drproject/tracker.ts'
import { openRepository } from './drproject/versioncontrol/repository.ts'
import { synchronise } from './drproject/versioncontrol/sync.ts'

try {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { anew: { type: 'boolean', default: false } } })
  await using ends = new AsyncDisposableStack()
  const env = openTracker(process.env)
  ends.defer(env.close)
  using projects = await Project.select(env)
  const unknown = positionals.find((name) => projects.every((project) => project.name !== name))
  if (unknown) throw new Error(`There is no project "${unknown}". There are: ${projects.map(({ name }) => name).join(', ')}.`)
  for (const { name } of projects) {
    if (positionals.length > 0 && !positionals.includes(name)) continue
    const repository = openRepository(env.repositories, name)
    if (!repository) console.log(`${name}: no repository in ${env.repositories ?? 'TRACKER_REPOSITORIES, which is not set'}`)
    else {
      const { revisions, added } = await synchronise(env, name, repository, values)
      console.log(`${name}: ${revisions} revisions, ${added} of them new`)
    }
  }
} catch (error) {
  console.error(`sync: ${faultOf(error).message}`)
  process.exitCode = 1
}
