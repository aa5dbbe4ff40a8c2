import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { loadRows } from '../../seed/load.ts'
import { browserOf, type Browser } from '../../testing/browser.ts'
import { DATA_SETS_NOW, dataSetsOf, rowsOf } from '../../testing/data-sets.ts'
import { startPostgres, type Postgres } from '../../testing/postgres.ts'
import type { Environment } from '../environment.ts'
import { openTracker } from '../tracker.ts'

const { project } = dataSetsOf(2006, 10, 1)[0]!
let postgres: Postgres
let database: pg.Client
let env: Environment
let ada: Browser

beforeAll(async () => {
  postgres = await startPostgres()
  await loadRows(postgres.appUrl, rowsOf(2006, dataSetsOf(2006, 10, 1)), { replace: false })
  database = new pg.Client({ connectionString: postgres.appUrl })
  await database.connect()
  await database.query("INSERT INTO person (login, name) VALUES ('guest', 'Guest <b>')")
  env = openTracker({ DATABASE_URL: postgres.appUrl, TRACKER_NOW: DATA_SETS_NOW, TRACKER_LOG: '/dev/null' })
  ada = await browserOf(env, database, 'ada')
}, 30_000)

/** As the seed has it: ada is the administrator, the others are developers. */
beforeEach(async () => {
  await database.query("UPDATE membership SET role = CASE login WHEN 'ada' THEN 'admin' ELSE 'developer' END")
  await database.query("DELETE FROM permission WHERE role NOT IN ('admin', 'developer', 'viewer')")
  await database.query("DELETE FROM role WHERE name NOT IN ('admin', 'developer', 'viewer')")
  await database.query("DELETE FROM membership WHERE login = 'guest'")
  await database.query("INSERT INTO membership SELECT name, 'ben', 'developer' FROM project ON CONFLICT DO NOTHING")
})

afterAll(async () => {
  await env.close()
  await database.end()
  await postgres[Symbol.asyncDispose]()
})

test('the way to it is shown to who may, and to nobody else', async () => {
  const ben = await browserOf(env, database, 'ben')
  expect((await ada.get(`/${project}/roadmap`)).text).toContain(`href="/${project}/admin"`)
  expect((await ben.get(`/${project}/roadmap`)).text).not.toContain('/admin"')
  for (const page of ['admin', 'admin/members', 'admin/roles']) {
    expect((await ada.get(`/${project}/${page}`)).status).toBe(200)
    expect((await ben.get(`/${project}/${page}`)).status).toBe(403)
    expect((await ben.post(`/${project}/${page}`, { action: 'add', login: 'ben', role: 'admin' })).status).toBe(403)
  }
})

describe('description', () => {
  test('is changed by the form as it was shown', async () => {
    const answer = await ada.post(`/${project}/admin`, { made_from: await madeFrom('admin'), title: 'Parsers & <more>', description: 'What we parse.', public: 'on' })
    expect(answer.location).toBe(`/${project}/admin`)
    expect((await ada.get(`/${project}/admin`)).text).toContain('<h1>Description of Parsers &amp; &lt;more&gt;</h1>')
  })

  test('that somebody else has changed meanwhile is not overwritten unseen', async () => {
    const shown = await madeFrom('admin')
    await database.query("UPDATE project SET title = 'Theirs'")
    const answer = await ada.post(`/${project}/admin`, { made_from: shown, title: 'Mine', description: '', public: 'on' })
    expect([answer.status, answer.text]).toEqual([400, expect.stringMatching(/title is &quot;Theirs&quot; now.*value="Mine"/s)])
    expect((await database.query('SELECT title FROM project')).rows).toEqual([{ title: 'Theirs' }])
  })

  test('without "public" hides the project from who is no member', async () => {
    const stranger = await browserOf(env, database, null)
    expect((await stranger.get(`/${project}/roadmap`)).status).toBe(200)
    await ada.post(`/${project}/admin`, { made_from: await madeFrom('admin'), title: 'T', description: '' })
    expect((await stranger.get(`/${project}/roadmap`)).status).toBe(404)
    await database.query('UPDATE project SET public = true')
  })
})

describe('members', () => {
  test('nobody is added as what nobody chose', async () => {
    expect((await ada.get(`/${project}/admin/members`)).text).toContain('<option value="" selected>(choose)</option>')
    const answer = await ada.post(`/${project}/admin/members`, { action: 'add', login: 'guest', role: '' })
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('Choose a role as well.')])
    expect(await roleOf('guest')).toBeUndefined()
  })

  test('are added by login, given another role, and removed', async () => {
    await ada.post(`/${project}/admin/members`, { action: 'add', login: 'guest', role: 'viewer' })
    expect(await roleOf('guest')).toBe('viewer')
    expect((await ada.get(`/${project}/admin/members`)).text).toContain('<td>Guest &lt;b&gt;</td><td>guest</td>')
    await ada.post(`/${project}/admin/members`, { action: 'change', login: 'guest', made_from: 'viewer', role: 'developer' })
    expect(await roleOf('guest')).toBe('developer')
    await ada.post(`/${project}/admin/members`, { action: 'remove', login: 'guest', made_from: 'developer' })
    expect(await roleOf('guest')).toBeUndefined()
  })

  test.each([
    ['of nobody', { action: 'add', login: 'nobody', role: 'viewer' }, 'Nobody has the login'],
    ['twice', { action: 'add', login: 'ben', role: 'viewer' }, 'belongs to the project already, as developer'],
    ['to a role that is none', { action: 'add', login: 'guest', role: 'king' }, 'There is no role'],
    ['from what somebody else has changed', { action: 'change', login: 'ben', made_from: 'viewer', role: 'admin' }, 'Somebody has changed the role of ben meanwhile'],
    ['of who has gone', { action: 'remove', login: 'guest', made_from: 'viewer' }, 'does not belong to the project any more'],
    ['that has no name', { action: 'crown', login: 'ben' }, 'A member can be added, changed or removed'],
    ['that removes the last administrator', { action: 'remove', login: 'ada', made_from: 'admin' }, 'Then nobody could administer the project'],
    ['that makes the last administrator another', { action: 'change', login: 'ada', made_from: 'admin', role: 'viewer' }, 'Then nobody could administer the project'],
  ])('no change %s', async (_, fields, words) => {
    const answer = await ada.post(`/${project}/admin/members`, fields)
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining(words)])
    expect([await roleOf('ada'), await roleOf('ben'), await roleOf('guest')]).toEqual(['admin', 'developer', undefined])
  })

  test('two administrators who remove each other at the same moment: one of them stays', async () => {
    await database.query("UPDATE membership SET role = 'admin' WHERE login = 'ben'")
    const other = openTracker({ DATABASE_URL: postgres.appUrl, TRACKER_NOW: DATA_SETS_NOW, TRACKER_LOG: '/dev/null' })
    const ben = await browserOf(other, database, 'ben')
    // Neither can remove anybody before both of them are about to.
    await database.query('BEGIN')
    await database.query('SELECT FROM membership FOR UPDATE')
    const removals = Promise.all([
      ada.post(`/${project}/admin/members`, { action: 'remove', login: 'ben', made_from: 'admin' }),
      ben.post(`/${project}/admin/members`, { action: 'remove', login: 'ada', made_from: 'admin' }),
    ])
    await expect.poll(async () => (await postgres.admin.query("SELECT FROM pg_stat_activity WHERE application_name = 'drproject' AND wait_event_type = 'Lock'")).rows.length).toBe(2)
    await database.query('COMMIT')
    const answers = await removals
    await other.close()
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([303, 400])
    expect((await database.query("SELECT count(*)::integer FROM membership WHERE role = 'admin'")).rows).toEqual([{ count: 1 }])
    await database.query("INSERT INTO membership VALUES ($1, 'ada', 'admin') ON CONFLICT DO NOTHING", [project])
  })
})

describe('roles', () => {
  test('are added, changed and removed', async () => {
    await ada.post(`/${project}/admin/roles`, { action: 'add', role: 'guest', may: 'VIEW' })
    expect(await mayOf('guest')).toEqual(['VIEW'])
    expect((await ada.get(`/${project}/admin/roles`)).text).toMatch(/value="VIEW" form="role2" aria-label="VIEW" checked/)
    await ada.post(`/${project}/admin/roles`, { action: 'change', role: 'guest', made_from: 'VIEW', may: 'TICKET_CREATE' })
    expect(await mayOf('guest')).toEqual(['TICKET_CREATE'])
    await ada.post(`/${project}/admin/roles`, { action: 'remove', role: 'guest', made_from: 'TICKET_CREATE' })
    expect((await database.query("SELECT 1 FROM role WHERE name = 'guest'")).rows).toEqual([])
  })

  test.each([
    ['without a name', { action: 'add', role: '', may: 'VIEW' }, 'The name of a role has 1 to 40 characters'],
    ['that is there', { action: 'add', role: 'viewer', may: 'VIEW' }, 'There is a role &quot;viewer&quot; already'],
    ['that somebody has', { action: 'remove', role: 'developer', made_from: 'MILESTONE_EDIT TICKET_CHANGE TICKET_CREATE VIEW WIKI_EDIT' }, 'give them another role first'],
    ['that somebody else has changed', { action: 'change', role: 'developer', made_from: 'VIEW', may: 'VIEW' }, 'Somebody has changed &quot;developer&quot; meanwhile'],
    ['without which nobody could administer', { action: 'change', role: 'admin', made_from: 'MILESTONE_EDIT PROJECT_ADMIN TICKET_CHANGE TICKET_CREATE VIEW WIKI_EDIT', may: 'VIEW' }, 'Then nobody could administer the project'],
    ['whose administrators could not see the project', { action: 'change', role: 'admin', made_from: 'MILESTONE_EDIT PROJECT_ADMIN TICKET_CHANGE TICKET_CREATE VIEW WIKI_EDIT', may: 'PROJECT_ADMIN' }, 'Then nobody could administer the project'],
  ])('no role %s', async (_, fields, words) => {
    const answer = await ada.post(`/${project}/admin/roles`, fields)
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining(words)])
    expect((await database.query('SELECT name FROM role ORDER BY name')).rows.map(({ name }) => name)).toEqual(['admin', 'developer', 'viewer'])
    expect((await mayOf('admin')).length).toBe(6)
  })

  test('a capability that is none is not stored', async () => {
    await ada.post(`/${project}/admin/roles`, { action: 'add', role: 'odd', may: 'ROOT' })
    expect(await mayOf('odd')).toEqual([])
  })
})

const madeFrom = async (page: string) => /name="made_from" value="(\w+)"/.exec((await ada.get(`/${project}/${page}`)).text)?.[1] ?? ''
const roleOf = async (login: string) => (await database.query('SELECT role FROM membership WHERE project = $1 AND login = $2', [project, login])).rows[0]?.role
const mayOf = async (role: string) => (await database.query('SELECT action FROM permission WHERE project = $1 AND role = $2 ORDER BY action', [project, role])).rows.map(({ action }) => action)
