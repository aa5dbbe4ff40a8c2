import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadRows } from '../../seed/load.ts'
import { browserOf, type Browser } from '../../testing/browser.ts'
import { dataSetsOf, rowsOf } from '../../testing/data-sets.ts'
import { startPostgres, type Postgres } from '../../testing/postgres.ts'
import type { Environment } from '../environment.ts'
import { openTracker } from '../tracker.ts'

const { project } = dataSetsOf(2006, 30, 1)[0]!
let postgres: Postgres
let database: pg.Client
let env: Environment
let ben: Browser

beforeAll(async () => {
  postgres = await startPostgres()
  await loadRows(postgres.appUrl, rowsOf(2006, dataSetsOf(2006, 30, 1)), { replace: false })
  database = new pg.Client({ connectionString: postgres.appUrl })
  await database.connect()
  env = openTracker({ DATABASE_URL: postgres.appUrl, TRACKER_NOW: '2006-03-01T12:00:00Z', TRACKER_LOG: '/dev/null' })
  ben = await browserOf(env, database, 'ben')
  await database.query('DELETE FROM ticket_change')
  await database.query('DELETE FROM ticket')
  await database.query('DELETE FROM milestone')
}, 30_000)

afterAll(async () => {
  await env.close()
  await database.end()
  await postgres[Symbol.asyncDispose]()
})

test('a milestone is made, changed, renamed, completed and deleted, and its tickets go along, each with a change on record', async () => {
  expect((await ben.post(`/${project}/milestone`, { action: 'new', name: 'alpha', due: '2006-02-20', description: 'The *first*.' })).location).toBe(`/${project}/milestone/alpha`)
  await ben.post(`/${project}/milestone`, { action: 'new', name: 'beta', due: '2006-04-01' })
  await addTickets('alpha', ['new', 'assigned', 'closed'])

  const roadmap = await ben.get(`/${project}/roadmap`)
  expect(roadmap.text).toContain('<h1>Roadmap</h1>')
  expect(roadmap.text).toMatch(/alpha.*<strong class="late">8 days late<\/strong>.*<progress max="3" value="1">33 %<\/progress>.*Due 2006-04-01, in 31 days/s)

  // Completed: what is still open goes on, what is closed stays.
  const form = await ben.get(`/${project}/milestone/alpha?action=edit&completed=2006-03-01`)
  expect(form.text).toContain('its 2 open tickets go on to')
  await ben.post(`/${project}/milestone/alpha`, { action: 'edit', name: 'first', due: '2006-02-20', completed: '2006-03-01', move_to: 'beta', version: versionIn(form.text) })
  expect(await milestonesOfTickets()).toEqual([[1, 'beta'], [2, 'beta'], [3, 'first']])
  expect(await changes()).toEqual(['1 alpha -> beta', '2 alpha -> beta', '3 alpha -> first'])
  expect((await ben.get(`/${project}/milestone/first`)).text).toContain('Completed 2006-03-01')
  expect((await ben.get(`/${project}/milestone/alpha`)).status).toBe(404)

  const question = await ben.get(`/${project}/milestone/beta?action=delete`)
  expect(question.text).toContain('Its 2 tickets go on to')
  await ben.post(`/${project}/milestone/beta`, { action: 'delete', move_to: '', version: versionIn(question.text) })
  expect(await milestonesOfTickets()).toEqual([[1, ''], [2, ''], [3, 'first']])
  expect(await changes()).toEqual(['1 alpha -> beta', '1 beta -> ', '2 alpha -> beta', '2 beta -> ', '3 alpha -> first'])
  expect((await ben.get(`/${project}/roadmap`)).text).toMatch(/2 active tickets<\/a> have no milestone/)
})

test('a stale form changes nothing and keeps the text', async () => {
  await ben.post(`/${project}/milestone`, { action: 'new', name: 'stale' })
  const version = versionIn((await ben.get(`/${project}/milestone/stale?action=edit`)).text)
  expect((await ben.post(`/${project}/milestone/stale`, { action: 'edit', name: 'stale', due: '2006-05-01', version })).status).toBe(303)
  const late = await ben.post(`/${project}/milestone/stale`, { action: 'edit', name: 'stale', description: 'Mine & kept', version })
  expect([late.status, late.text]).toEqual([409, expect.stringContaining('Mine &amp; kept</textarea>')])
  expect(late.text).toContain('<p>Due 2006-05-01, in 61 days</p>')
  expect((await ben.post(`/${project}/milestone/stale`, { action: 'delete', version })).status).toBe(409)
  expect((await ben.get(`/${project}/milestone/stale`)).text).toContain('Due 2006-05-01')
  const gone = await ben.post(`/${project}/milestone/gone`, { action: 'edit', name: 'gone', description: 'Mine & kept', version })
  expect([gone.status, gone.text]).toEqual([409, expect.stringMatching(/deleted or renamed.*name="action" value="new".*Mine &amp; kept<\/textarea>/s)])
})

test.each([
  [{ name: 'a/../b' }, 'cannot be a name'],
  [{ name: 'stale' }, 'There is a milestone'],
  [{ name: 'x', due: 'soon' }, 'is not a day'],
  [{ name: 'x', due: '9999-01-01' }, 'is not a day'],
  [{ name: 'x', completed: '2006-03-02' }, 'that is to come'],
])('no milestone like %o', async (fields, words) => {
  expect((await ben.post(`/${project}/milestone`, { action: 'new', ...fields })).text).toContain(words)
})

test('who may not edit milestones is told so, and asks for them in vain', async () => {
  const nobody = await browserOf(env, database, null)
  expect((await nobody.get(`/${project}/milestone/stale`)).text).not.toContain('>Edit<')
  for (const action of ['edit', 'delete']) expect((await nobody.post(`/${project}/milestone/stale`, { action })).status).toBe(403)
  expect((await nobody.post(`/${project}/milestone`, { action: 'new', name: 'theirs' })).status).toBe(403)
  expect((await nobody.get(`/${project}/milestone/stale?action=burn`)).status).toBe(400)
  expect((await nobody.get(`/${project}/milestone/stale?by=summary`)).status).toBe(400)
})

async function addTickets(milestone: string, statuses: readonly string[]): Promise<void> {
  for (const [i, status] of statuses.entries()) await database.query("INSERT INTO ticket (project, id, type, time, changetime, priority, reporter, milestone, status, summary) VALUES ($1, $2, 'defect', 1, 1, 'normal', 'ben', $3, $4, 'A ticket')", [project, i + 1, milestone, status])
}

const milestonesOfTickets = async () => (await database.query({ text: 'SELECT id, milestone FROM ticket ORDER BY id', rowMode: 'array' })).rows

const changes = async () => (await database.query("SELECT ticket || ' ' || oldvalue || ' -> ' || newvalue AS change FROM ticket_change WHERE author = 'ben' AND field = 'milestone' ORDER BY ticket, time")).rows.map(({ change }) => change)

const versionIn = (text: string) => /name="version" value="(\w+)"/.exec(text)?.[1] ?? ''
