import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadRows } from '../../seed/load.ts'
import { projectRows } from '../../seed/project.ts'
import { writeRepositories } from '../../seed/repositories.ts'
import { PRESETS } from '../../seed/presets.ts'
import type { SeedRow } from '../../seed/rows.ts'
import { startPostgres } from '../../testing/postgres.ts'
import { openEnvironment, type Environment } from '../environment.ts'
import { openRepository, type Repository } from './repository.ts'
import { synchronise } from './sync.ts'

const [project, other] = PRESETS.course!.projects(2006)
const ends = new AsyncDisposableStack()
let client: pg.Client
let env: Environment
let folder: string
let repository: Repository

beforeAll(async () => {
  const postgres = ends.use(await startPostgres())
  folder = await mkdtemp(join(tmpdir(), 'tracker-repositories-'))
  ends.defer(() => rm(folder, { recursive: true, force: true }))
  await writeRepositories(folder, [project!])
  repository = openRepository(folder, 'All')!
  await loadRows(postgres.appUrl, rowsOfProject(), { replace: false })
  client = new pg.Client({ connectionString: postgres.appUrl })
  await client.connect()
  ends.defer(() => client.end())
  env = openEnvironment({ DATABASE_URL: postgres.appUrl })
  ends.defer(env.close)
}, 30_000)

afterAll(() => ends.disposeAsync())

test('what is synchronised from the repository is what the seed loaded, and every revision knows its commit', async () => {
  const seeded = await rows()
  expect(seeded.revisions.length).toBeGreaterThan(200)
  await client.query("DELETE FROM node_change WHERE project = 'All'")
  await client.query("DELETE FROM revision WHERE project = 'All'")
  expect(await synchronise(env, 'All', repository)).toEqual({ revisions: seeded.revisions.length, added: seeded.revisions.length })
  expect(await rows()).toEqual(seeded)
  expect(await nodes()).toEqual(inGit(['rev-list', '--reverse', 'HEAD']).trim().split('\n'))
})

test('a second time adds nothing, and a new commit is one revision more', async () => {
  const before = (await synchronise(env, 'All', repository)).revisions
  expect(await synchronise(env, 'All', repository)).toEqual({ revisions: before, added: 0 })
  commit('One more.\n\nWith a second paragraph.\n')
  expect(await synchronise(env, 'All', repository)).toEqual({ revisions: before + 1, added: 1 })
  expect((await rows()).revisions.at(-1)).toEqual([before + 1, 1_144_000_000, 'zoë', 'One more.\n\nWith a second paragraph.'])
})

test('a merge is one revision, with what it brought', async () => {
  const before = (await synchronise(env, 'All', repository)).revisions
  const [base] = inGit(['rev-parse', 'HEAD']).trim().split('\n')
  const side = fastImport(`commit refs/heads/side\n${WHO}${dataOf('On the side.')}from ${base}\nM 100644 inline trunk/side.txt\n${dataOf('side\n')}`, 'side')
  fastImport(`commit refs/heads/master\n${WHO}${dataOf('Merged.')}from ${base}\nmerge ${side}\nM 100644 inline trunk/side.txt\n${dataOf('side\n')}`, 'master')
  expect(await synchronise(env, 'All', repository)).toEqual({ revisions: before + 1, added: 1 })
  expect((await client.query({ text: "SELECT path, change FROM node_change WHERE project = 'All' AND rev = $1", values: [before + 1], rowMode: 'array' })).rows).toEqual([['trunk/side.txt', 'A']])
})

test('a history that was rewritten is refused in words, and taken anew when asked to', async () => {
  const { revisions } = await synchronise(env, 'All', repository)
  inGit(['update-ref', 'refs/heads/master', 'HEAD~3'])
  await expect(synchronise(env, 'All', repository)).rejects.toThrow(/^The history of All was rewritten: revision \d+ was commit [0-9a-f]{40}, and is no more\. .*--anew/)
  expect(await synchronise(env, 'All', repository, { anew: true })).toEqual({ revisions: revisions - 3, added: revisions - 3 })
  expect((await rows()).revisions).toHaveLength(revisions - 3)
})

test('the same projects give the same commits, others give others', async () => {
  const again = await mkdtemp(join(tmpdir(), 'tracker-repositories-'))
  await using end = new AsyncDisposableStack()
  end.defer(() => rm(again, { recursive: true, force: true }))
  await writeRepositories(folder, [project!])
  await writeRepositories(again, [project!, { ...other!, name: 'Other' }])
  const headOf = (name: string) => execFileSync('git', ['--git-dir', join(again, name), 'rev-parse', 'HEAD'], { encoding: 'utf8' })
  expect(headOf('All.git')).toBe(inGit(['rev-parse', 'HEAD']))
  expect(headOf('Other.git')).not.toBe(headOf('All.git'))
})

function* rowsOfProject(): Generator<SeedRow> {
  for (const row of PRESETS.course!.rows(2006)) if (row[0] === 'person') yield row
  yield* projectRows(project!)
}

async function rows() {
  const query = async (text: string) => (await client.query({ text, rowMode: 'array' })).rows
  return {
    revisions: await query("SELECT rev, time, author, message FROM revision WHERE project = 'All' ORDER BY rev"),
    changes: await query("SELECT rev, path, change FROM node_change WHERE project = 'All' ORDER BY rev, path"),
  }
}

const nodes = async () => (await client.query<{ node: string }>("SELECT node FROM revision WHERE project = 'All' ORDER BY rev")).rows.map(({ node }) => node)

const inGit = (args: readonly string[], input = '') => execFileSync('git', ['--git-dir', join(folder, 'All.git'), ...args], { encoding: 'utf8', input })

const WHO = 'committer zoë <zoe@example.edu> 1144000000 +0000\n'

const dataOf = (text: string) => `data ${Buffer.byteLength(text)}\n${text}\n`

const commit = (message: string) => fastImport(`commit refs/heads/master\n${WHO}${dataOf(message)}from refs/heads/master^0\nM 100644 inline trunk/new file.txt\n${dataOf('new\n')}`, 'master')

function fastImport(stream: string, branch: string): string {
  inGit(['fast-import', '--quiet'], stream)
  return inGit(['rev-parse', branch]).trim()
}
