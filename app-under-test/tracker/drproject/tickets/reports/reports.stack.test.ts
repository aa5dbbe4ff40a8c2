import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadRows } from '../../../seed/load.ts'
import { browserOf, type Answer, type Browser } from '../../../testing/browser.ts'
import { DATA_SETS_NOW, dataSetsOf, rowsOf } from '../../../testing/data-sets.ts'
import { startPostgres, type Postgres } from '../../../testing/postgres.ts'
import type { Environment } from '../../environment.ts'
import { openTracker } from '../../tracker.ts'
import { COLUMN_NAMES, GROUPING } from '../query/columns.ts'
import { modesOf } from '../query/query.ts'
import { STANDING } from './standing.ts'

const { project } = dataSetsOf(2006, 60, 1)[0]!
let postgres: Postgres
let database: pg.Client
let env: Environment
let ben: Browser

beforeAll(async () => {
  postgres = await startPostgres()
  await loadRows(postgres.appUrl, rowsOf(2006, dataSetsOf(2006, 60, 1)), { replace: false })
  database = new pg.Client({ connectionString: postgres.appUrl })
  await database.connect()
  env = openTracker({ DATABASE_URL: postgres.appUrl, TRACKER_NOW: DATA_SETS_NOW, TRACKER_LOG: '/dev/null' })
  ben = await browserOf(env, database, 'ben')
}, 30_000)

afterAll(async () => {
  await env.close()
  await database.end()
  await postgres[Symbol.asyncDispose]()
})

describe('a query', () => {
  test.each([
    ['', "status <> 'closed'", 'id'],
    ['order=id', 'TRUE', 'id'],
    ['status=closed&resolution=fixed&resolution=wontfix&order=id', "status = 'closed' AND resolution IN ('fixed', 'wontfix')", 'id'],
    ['owner=!$USER&summary=~THE&order=time&desc=1', "owner <> 'ben' AND summary ILIKE '%the%'", 'time DESC, id'],
    ['id=3&id=5&id=7&order=id&desc=1', 'id IN (3, 5, 7)', 'id DESC'],
    ['owner=&changetime=>2006-01-20&changetime=<2006-01-28&order=changetime', "owner = '' AND changetime >= 1137715200 AND changetime < 1138406400", 'changetime, id'],
  ])('?%s finds what the database finds', async (args, where, order) => {
    const expected = (await database.query(`SELECT id FROM ticket WHERE project = $1 AND ${where}`, [project])).rows.map(({ id }) => Number(id))
    const found = await rowsOfCsv(`/${project}/query?${args}${args && '&'}format=csv`)
    expect(found.map(([id]) => Number(id)).toSorted((a, b) => a - b)).toEqual(expected.toSorted((a, b) => a - b))
    expect(expected.length).toBeGreaterThan(0)
    const sorted = (await database.query(`SELECT id FROM ticket WHERE project = $1 AND ${where} ORDER BY ${order}`, [project])).rows.map(({ id }) => Number(id))
    if (args) expect(found.map(([id]) => Number(id))).toEqual(sorted)
  })

  test('can filter, order and group by all that there is', async () => {
    for (const column of COLUMN_NAMES) {
      const value = column === 'id' ? '1' : '2006-01-15'
      for (const [prefix, mode] of [['', 'is'], ['!', 'is not'], ['~', 'contains'], ['>', 'since'], ['<', 'before']] as const) {
        if (!modesOf(column).includes(mode)) continue
        const group = GROUPING.includes(column) ? `&group=${column}` : ''
        expect([column, mode, (await ben.get(`/${project}/query?${column}=${encodeURIComponent(prefix + value)}&order=${column}&col=${column}${group}`)).status]).toEqual([column, mode, 200])
      }
    }
  })

  test('is shown in pages, its groups with their size', async () => {
    const pages: Answer[] = []
    for (const page of [1, 2]) pages.push(await ben.get(`/${project}/query?order=id&max=40&group=milestone&page=${page}`))
    const total = Number((await database.query('SELECT count(*) FROM ticket WHERE project = $1', [project])).rows[0].count)
    expect(pages.map(({ text }) => text.match(/<td><a [^>]*>#\d+</g)?.length)).toEqual([40, total - 40])
    const groups = (await database.query('SELECT milestone, count(*) FROM ticket WHERE project = $1 GROUP BY milestone', [project])).rows
    for (const { milestone, count } of groups) expect(pages.map(({ text }) => text).join('')).toContain(`Milestone: ${milestone || '(none)'} <small>(${count} tickets)`)
  })

  test('is a feed too, and its form leads to an address to keep', async () => {
    const feed = await ben.get(`/${project}/query?format=rss&max=7&order=id`)
    expect([feed.type, feed.text.match(/<item>/g)?.length]).toEqual(['application/rss+xml; charset=utf-8', 7])
    const sent = await ben.get(`/${project}/query?update=1&column.0=status&mode.0=is+not&value.0=closed&add=owner&order=&max=100`)
    expect(sent.location).toBe(`/${project}/query?status=%21closed&order=priority&add=owner`)
    expect((await ben.get(sent.location)).text).toContain('name="column.1" value="owner"')
  })
})

describe('a report', () => {
  test('stands in the list with its number of tickets, and shows them', async () => {
    const counts = [...(await ben.get(`/${project}/report`)).text.matchAll(/<td class="number">(\d+)<\/td>/g)].map(([, count]) => Number(count))
    const shown: number[] = []
    for (const { id } of STANDING) shown.push((await rowsOfCsv(`/${project}/report/${id}?format=csv`)).length)
    expect(counts).toEqual(shown)
    expect(Math.min(...counts)).toBeGreaterThan(0)
    for (const { id, title } of STANDING) expect((await ben.get(`/${project}/report/${id}`)).text).toContain(`<h1>{${id}} ${title}`)
  })

  test('is saved by members, deleted by its author and by administrators, and by nobody else', async () => {
    const [ada, chloe, nobody] = [await browserOf(env, database, 'ada'), await browserOf(env, database, 'chloe'), await browserOf(env, database, null)]
    const draft = { title: 'Crashes <b>', description: 'All of them.', query: 'summary=~crash&order=id' }
    const { location } = await ben.post(`/${project}/report`, draft)
    expect(location).toBe(`/${project}/report/101`)
    expect((await chloe.get(`/${project}/report`)).text).toContain('Crashes &lt;b&gt;')
    expect((await chloe.get(location)).text).not.toContain('Delete this report')
    expect([(await nobody.post(`/${project}/report`, draft)).status, (await chloe.post(location, {})).status, (await ben.post(location, {})).status]).toEqual([403, 403, 303])
    const again = (await ben.post(`/${project}/report`, draft)).location
    expect([(await ada.post(again, {})).status, (await ada.get(again)).status, (await ada.post(`/${project}/report/1`, {})).status]).toEqual([303, 404, 403])
  })

  test.each([
    [{ title: '', query: 'order=id' }, 'needs a title'],
    [{ title: 'x', query: 'password=1' }, 'Tickets have no &quot;password&quot;'],
  ])('is not saved as %o', async (fields, words) => {
    const { status, text } = await ben.post(`/${project}/report`, fields)
    expect([status, text]).toEqual([400, expect.stringContaining(words)])
  })
})

async function rowsOfCsv(url: string): Promise<string[][]> {
  const { text, type } = await ben.get(url)
  expect(type).toBe('text/csv; charset=utf-8')
  return text.split('\r\n').slice(1, -1).map((line) => line.split(','))
}
