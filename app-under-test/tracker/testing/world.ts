import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { CAPABILITIES } from '../drproject/auth/capabilities.ts'
import type { Environment } from '../drproject/environment.ts'
import { openTracker } from '../drproject/tracker.ts'
import { loadRows } from '../seed/load.ts'
import { writeRepositories } from '../seed/repositories.ts'
import { DATA_SETS_NOW, dataSetsOf, rowsOf, specsOf } from './data-sets.ts'
import { startPostgres, type Postgres } from './postgres.ts'

/**
 * Two projects with everything in them, `Open` for everybody and `Secret` for its members, and people of every standing in both: `ada` administers,
 * `only-TICKET_CHANGE` and so on have VIEW and that, `viewer` has VIEW alone, `blind` is a member without it, and `outsider` has a login and nothing else.
 */
export type World = AsyncDisposable & {
  readonly postgres: Postgres
  /** A superuser in the tracker's own database. */
  readonly database: pg.Client
  readonly env: Environment
  /** What the environment logged. */
  readonly lines: string[]
  /** For a front end. */
  readonly variables: Readonly<Record<string, string>>
  readonly repositories: string
}

export const OPEN = 'Open'
export const SECRET = 'Secret'

export async function startWorld(): Promise<World> {
  await using made = new AsyncDisposableStack()
  const postgres = made.use(await startPostgres())
  const repositories = await mkdtemp(join(tmpdir(), 'tracker-repositories-'))
  made.defer(() => rm(repositories, { recursive: true, force: true }))
  const sets = [OPEN, SECRET].map((project, i) => ({ ...dataSetsOf(2006, 10, 2)[i]!, project }))
  await writeRepositories(repositories, specsOf(2006, sets))
  await loadRows(postgres.appUrl, rowsOf(2006, sets), { replace: false })
  const database = new pg.Client({ connectionString: postgres.appUrl.replace('tracker:tracker@', 'postgres:postgres@') })
  await database.connect()
  made.defer(() => database.end())
  await database.query('UPDATE project SET public = name = $1', [OPEN])
  await addPeople(database)
  await addAttachments(database)

  const variables = { DATABASE_URL: postgres.appUrl, TRACKER_NOW: DATA_SETS_NOW, TRACKER_REPOSITORIES: repositories }
  const tracker = openTracker({ ...variables, TRACKER_LOG: '/dev/null' })
  made.defer(tracker.close)
  const lines: string[] = []
  const all = made.move()
  return { postgres, database, env: { ...tracker, log: (line) => void lines.push(line) }, lines, variables, repositories, [Symbol.asyncDispose]: () => all.disposeAsync() }
}

/** Who may do what, for each project. */
export const STANDINGS: Readonly<Record<string, readonly string[]>> = {
  viewer: ['VIEW'],
  blind: ['TICKET_CREATE', 'PROJECT_ADMIN'],
  ...Object.fromEntries(CAPABILITIES.filter((capability) => capability !== 'VIEW').map((capability) => [`only-${capability}`, ['VIEW', capability]])),
}

async function addPeople(database: pg.Client): Promise<void> {
  const like = "SELECT $1, $1, '', password FROM person WHERE login = 'ada'"
  await database.query(`INSERT INTO person ${like}`, ['outsider'])
  for (const [login, actions] of Object.entries(STANDINGS)) {
    await database.query(`INSERT INTO person ${like}`, [login])
    await database.query('INSERT INTO role SELECT name, $1 FROM project ON CONFLICT DO NOTHING', [login])
    for (const action of actions) await database.query('INSERT INTO permission SELECT name, $1, $2 FROM project ON CONFLICT DO NOTHING', [login, action])
    await database.query('INSERT INTO membership SELECT name, $1, $1 FROM project', [login])
  }
}

const addAttachments = (database: pg.Client) =>
  database.query(`INSERT INTO attachment (project, parent_type, parent_id, filename, size, content, time, author, description)
    SELECT name, type, id, 'notes.txt', 5, 'notes', 1138000000, 'ada', 'Some notes' FROM project, (VALUES ('wiki', 'WikiStart'), ('ticket', '1')) AS parent (type, id)`)
