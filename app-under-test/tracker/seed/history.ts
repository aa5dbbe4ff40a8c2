import { times } from './calendar.ts'
import type { ProjectSpec } from './project.ts'
import { chance, negativeBinomial, pareto, pick, randomOf, zipf, type Random } from './random.ts'
import { message } from './text.ts'
import { COMPONENTS, ticketsUntil } from './tickets.ts'

/** One revision of a project's repository. */
export type Commit = { readonly rev: number; readonly time: number; readonly author: string; readonly message: string; readonly changes: readonly NodeChange[] }

/** A path appears, changes or goes: only what is there changes or goes, and no path twice in a commit. */
export type NodeChange = { readonly path: string; readonly change: 'A' | 'M' | 'D' }

/** The whole history, first commit first. */
export function* historyOf(spec: ProjectSpec): Generator<Commit> {
  const { seed, name, team, calendar, commits: { perDay, k, quiet } } = spec
  const random = randomOf(seed, name, 'repository')
  const committer = zipf(team.length, 1.9)
  const onDay = (day: number) => (quiet > 0 && chance(random, quiet) ? 0 : negativeBinomial(random, (perDay / (1 - quiet)) * calendar.weight(day), k))
  const tickets = ticketsUntil(spec)
  const tree: string[] = []
  let made = 0
  for (const [i, time] of times(random, calendar, onDay).entries()) {
    const author = team[committer(random)]!
    const text = message(random, tickets(time))
    const changes: NodeChange[] = []
    const untouched = () => pickedFrom(random, tree, changes)
    for (let left = Math.min(Math.floor(pareto(random, 1.37)), 100); left > 0; left--) {
      const kind = random()
      const path = kind < SHARES.modified + SHARES.deleted ? untouched() : null
      if (path === null) changes.push({ path: newPath(random, made++), change: 'A' })
      else changes.push({ path, change: kind < SHARES.modified ? 'M' : 'D' })
    }
    for (const { path, change } of changes) {
      if (change === 'A') tree.push(path)
      if (change === 'D') tree.splice(tree.indexOf(path), 1)
    }
    yield { rev: i + 1, time, author, message: text, changes }
  }
}

/** The rest is added. */
const SHARES = { modified: 0.72, deleted: 0.06 }

/** Old files are changed more often than new ones. Null if chance finds none that the commit has not touched. */
function pickedFrom(random: Random, tree: readonly string[], changes: readonly NodeChange[]): string | null {
  for (let tries = 5; tries > 0; tries--) {
    const path = tree[Math.floor(random() ** 2 * tree.length)]
    if (path !== undefined && changes.every((change) => change.path !== path)) return path
  }
  return null
}

const newPath = (random: Random, number: number) => `trunk/${pick(random, COMPONENTS)}/${chance(random, 0.3) ? `${pick(random, FOLDERS)}/` : ''}${pick(random, STEMS)}${number}.${pick(random, ENDINGS)}`

const FOLDERS = ['tests', 'lib', 'forms']
const STEMS = ['main', 'util', 'test', 'view', 'model', 'doc']
const ENDINGS = ['py', 'java', 'txt', 'html']
