import type { PooledConnection } from '../db/pool.ts'
import { transaction } from '../db/write.ts'
import type { Environment } from '../environment.ts'
import { gitFields } from './git.ts'
import type { Repository } from './repository.ts'

export type Synchronised = { readonly revisions: number; readonly added: number }

/**
 * Brings a project's rows of `revision` and `node_change` up to its repository: revision N is the Nth commit on the way of first parents
 * that leads to HEAD. Only commits that have come since the last time are read, all of it in one transaction.
 * Throws if commits that are known are no longer there, unless `anew`; GitError if git fails.
 */
export function synchronise(env: Environment, project: string, repository: Repository, { anew = false } = {}): Promise<Synchronised> {
  return transaction(env, async (cnx) => {
    // Two at a time would give the same numbers twice.
    await cnx.query('SELECT 1 FROM project WHERE name = $1 FOR UPDATE', [project])
    const known = anew ? UNKNOWN : await lastKnown(cnx, project)
    if (known.rev > 0 && (await repository.commitAt(known.rev))?.id !== known.node) throw new Error(`The history of ${project} was rewritten: revision ${known.rev} was commit ${known.node}, and is no more. Synchronise it anew (--anew); its revisions may get other numbers.`)
    let rev = known.rev
    let batch: Commit[] = []
    for await (const commit of commitsAfter(repository, known.node)) {
      batch.push({ ...commit, rev: ++rev })
      if (batch.length < BATCH) continue
      await store(cnx, project, batch)
      batch = []
    }
    await store(cnx, project, batch)
    await forgetAfter(cnx, project, rev)
    return { revisions: rev, added: rev - known.rev }
  })
}

type Commit = { readonly rev: number; readonly node: string; readonly time: number; readonly author: string; readonly message: string; readonly changes: readonly { readonly path: string; readonly change: string }[] }

const UNKNOWN = { rev: 0, node: '' }

const BATCH = 500

async function lastKnown(cnx: PooledConnection, project: string): Promise<{ readonly rev: number; readonly node: string }> {
  const [row] = await cnx.query("SELECT rev, node FROM revision WHERE project = $1 AND node <> '' ORDER BY rev DESC LIMIT 1", [project])
  return row ? { rev: Number(row[0]), node: String(row[1]) } : UNKNOWN
}

/** Oldest first. */
async function* commitsAfter(repository: Repository, node: string): AsyncGenerator<Omit<Commit, 'rev'>> {
  if (await repository.isEmpty()) return
  const fields = gitFields(repository.folder, ['log', '--reverse', '--first-parent', '--no-renames', '--name-status', '-z', '--encoding=UTF-8', '--format=tformat:%x00%H%x00%at%x00%an%x00%B%x00', node ? `${node}..HEAD` : 'HEAD', '--'])
  const next = async () => String((await fields.next()).value ?? '')
  let commit: Omit<Commit, 'rev' | 'changes'> | null = null
  let changes: { path: string; change: string }[] = []
  for await (const field of fields) {
    const status = /^\n?([AMDT])$/.exec(field)?.[1]
    if (status) changes.push({ path: await next(), change: status === 'T' ? 'M' : status })
    if (!/^[0-9a-f]{40,64}$/.test(field)) continue
    if (commit) yield { ...commit, changes }
    commit = { node: field, time: Number(await next()), author: await next(), message: (await next()).trimEnd() }
    changes = []
  }
  if (commit) yield { ...commit, changes }
}

async function store(cnx: PooledConnection, project: string, commits: readonly Commit[]): Promise<void> {
  if (commits.length === 0) return
  const changes = commits.flatMap(({ rev, changes }) => changes.map((change) => ({ rev, ...change })))
  await cnx.query('DELETE FROM node_change WHERE project = $1 AND rev BETWEEN $2 AND $3', [project, commits[0]!.rev, commits.at(-1)!.rev])
  await cnx.query(
    `INSERT INTO revision (project, rev, time, author, message, node)
     SELECT $1, rev, time, author, message, node FROM json_to_recordset($2) AS commit (rev integer, time integer, author text, message text, node text)
     ON CONFLICT (project, rev) DO UPDATE SET (time, author, message, node) = (excluded.time, excluded.author, excluded.message, excluded.node)`,
    [project, JSON.stringify(commits)],
  )
  await cnx.query('INSERT INTO node_change (project, rev, path, change) SELECT $1, rev, path, change FROM json_to_recordset($2) AS node (rev integer, path text, change text) ON CONFLICT DO NOTHING', [project, JSON.stringify(changes)])
}

/** Rows that no commit stands behind: those of a seed that had another history, or of one that was rewritten. */
async function forgetAfter(cnx: PooledConnection, project: string, rev: number): Promise<void> {
  await cnx.query('DELETE FROM node_change WHERE project = $1 AND rev > $2', [project, rev])
  await cnx.query('DELETE FROM revision WHERE project = $1 AND rev > $2', [project, rev])
}
