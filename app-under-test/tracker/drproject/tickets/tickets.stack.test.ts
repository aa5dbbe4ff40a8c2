import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadRows } from '../../seed/load.ts'
import { browserOf, type Browser } from '../../testing/browser.ts'
import { DATA_SETS_NOW, dataSetsOf, rowsOf } from '../../testing/data-sets.ts'
import { startPostgres, type Postgres } from '../../testing/postgres.ts'
import type { Environment } from '../environment.ts'
import { openTracker } from '../tracker.ts'

const { project } = dataSetsOf(2006, 30, 1)[0]!
let postgres: Postgres
let database: pg.Client
let envs: Environment[]
/** One person at several browsers, each with a process of the tracker that serves it. */
let bens: Browser[]
let ben: Browser
let guest: Browser

beforeAll(async () => {
  postgres = await startPostgres()
  await loadRows(postgres.appUrl, rowsOf(2006, dataSetsOf(2006, 30, 1)), { replace: false })
  database = new pg.Client({ connectionString: postgres.appUrl })
  await database.connect()
  await database.query("INSERT INTO person (login, name) VALUES ('guest', 'Guest')")
  envs = Array.from({ length: 8 }, () => openTracker({ DATABASE_URL: postgres.appUrl, TRACKER_NOW: DATA_SETS_NOW, TRACKER_LOG: '/dev/null' }))
  bens = []
  for (const env of envs) bens.push(await browserOf(env, database, 'ben'))
  ben = bens[0]!
  guest = await browserOf(envs[0]!, database, 'guest')
}, 30_000)

afterAll(async () => {
  for (const env of envs) await env.close()
  await database.end()
  await postgres[Symbol.asyncDispose]()
})

const facts = { summary: 'The parser eats <b>', type: 'defect', priority: 'high', component: 'parser', milestone: 'milestone1' }

describe('a new ticket', () => {
  test('is created once, by who may, and shown with what was written', async () => {
    const { location } = await guest.post(`/${project}/newticket`, { ...facts, description: 'It *hurts*: {{{<b>}}}' })
    expect(location).toMatch(/^\/w30-0\/ticket\/\d+$/)
    const { text } = await guest.get(location)
    expect(text).toContain(`<h1>#${location.split('/').at(-1)}: The parser eats &lt;b&gt;`)
    expect(text).toContain('Guest')
    expect((await (await browserOf(envs[0]!, database, null)).get(`/${project}/newticket`)).status).toBe(403)
  })

  test('that cannot be is not created; the page says why and keeps the text', async () => {
    const before = await count('ticket')
    const { status, text } = await ben.post(`/${project}/newticket`, { ...facts, summary: ' ', type: 'wish', milestone: 'never', owner: 'nobody', description: 'kept <text>' })
    expect([status, text.match(/class="problem"/g)?.length]).toEqual([400, 4])
    expect(text).toContain('kept &lt;text&gt;</textarea>')
    expect((await ben.post(`/${project}/newticket`, { ...facts, preview: '1' })).status).toBe(200)
    expect(await count('ticket')).toBe(before)
  })

  test('has an id of its own, without gaps, however many are created at once', async () => {
    const last = Number((await database.query('SELECT max(id) FROM ticket WHERE project = $1', [project])).rows[0].max)
    const create = async (browser: Browser) => {
      const ids: number[] = []
      for (let left = 5; left > 0; left--) ids.push(Number((await browser.post(`/${project}/newticket`, facts)).location.split('/').at(-1)))
      return ids
    }
    const ids = (await Promise.all(bens.map(create))).flat().sort((a, b) => a - b)
    expect(ids).toEqual(Array.from({ length: 40 }, (_, i) => last + 1 + i))
  })
})

describe('a ticket', () => {
  test('is changed with everything under one time, and each edit has a time of its own though the clock stands', async () => {
    const path = await newTicket()
    await ben.post(path, { ...facts, priority: 'low', action: 'reassign', owner: 'ada', comment: 'Yours.', changetime: await changetimeOf(path) })
    const { location } = await ben.post(path, { ...facts, priority: 'low', action: 'resolve', resolution: 'fixed', comment: 'Mine after all.', changetime: await changetimeOf(path) })
    expect(location).toBe(`${path}#comment:2`)
    const edits = await database.query("SELECT string_agg(field || '=' || newvalue, ' ' ORDER BY field) AS fields FROM ticket_change WHERE project = $1 AND ticket = $2 GROUP BY time ORDER BY time", [project, path.split('/').at(-1)])
    expect(edits.rows.map(({ fields }) => fields)).toEqual(['comment=Yours. owner=ada priority=low', 'comment=Mine after all. resolution=fixed status=closed'])
    const { text } = await ben.get(path)
    expect(text.match(/<article class="edit"/g)).toHaveLength(2)
    expect(text).toContain('<strong>priority</strong> changed from <em>high</em> to <em>low</em>')
    expect(text).toContain('closed: fixed')
    expect(text).toMatch(/<dt>Reporter<\/dt><dd>BEN<.*<dt>Owner<\/dt><dd>ADA</)
  })

  test('a stale form changes nothing, keeps the text, and follows what it did not mean to change', async () => {
    const path = await newTicket()
    const changetime = await changetimeOf(path)
    expect((await ben.post(path, { ...facts, milestone: 'milestone2', action: 'reassign', owner: 'ada', changetime })).status).toBe(303)
    const { status, text } = await ben.post(path, { ...facts, priority: 'lowest', owner: '', comment: 'Too late?', changetime })
    expect(status).toBe(409)
    expect(text).toMatch(/BEN changed this ticket .* while you were writing/)
    expect(text).toContain('Too late?</textarea>')
    expect(text).toContain('<option value="milestone2" selected>')
    expect(text).toContain('<option value="lowest" selected>')
    expect(text).toContain('<option value="ada" selected>')
    expect((await ben.post(path, { ...facts, milestone: 'milestone2', priority: 'lowest', owner: 'ada', comment: 'Too late?', changetime: formTime(text) })).status).toBe(303)
  })

  test('of two who send at once one is told, and nothing is lost', async () => {
    const path = await newTicket()
    const changetime = await changetimeOf(path)
    const statuses = await Promise.all(bens.map(async (browser, i) => (await browser.post(path, { ...facts, comment: `Comment ${i}`, changetime })).status))
    expect(statuses.toSorted((a, b) => a - b)).toEqual([303, ...Array.from({ length: 7 }, () => 409)])
  })

  test('only members change it, and others are told why not', async () => {
    const path = await newTicket()
    expect((await guest.get(path)).text).toContain('takes TICKET_CHANGE')
    expect((await guest.get(path)).text).not.toContain('Save changes')
    expect((await guest.post(path, { ...facts, comment: 'Hello', changetime: await changetimeOf(path) })).status).toBe(403)
  })

  test.each([
    ['nothing', {}, 'there is nothing to save'],
    ['an owner without the action', { owner: 'ada', comment: 'Yours.' }, 'but not to reassign the ticket'],
    ['a resolution without the action', { resolution: 'wontfix', comment: 'No.' }, 'but not to resolve the ticket'],
    ['a resolution that there is not', { action: 'resolve', resolution: 'done' }, 'cannot be changed by'],
    ['an action that its status does not have', { action: 'reopen' }, 'cannot be changed by'],
    ['an owner who is no member', { action: 'reassign', owner: 'guest' }, 'is no member'],
  ])('is not changed by %s', async (_, fields, words) => {
    const path = await newTicket()
    const { status, text } = await ben.post(path, { ...facts, ...fields, changetime: await changetimeOf(path) })
    expect([status, text]).toEqual([400, expect.stringContaining(words)])
  })
})

const newTicket = async () => (await ben.post(`/${project}/newticket`, facts)).location

const changetimeOf = async (path: string) => formTime((await ben.get(path)).text)

const formTime = (text: string) => /name="changetime" value="(\d+)"/.exec(text)?.[1] ?? ''

const count = async (table: string) => Number((await database.query(`SELECT count(*) FROM ${table}`)).rows[0].count)
