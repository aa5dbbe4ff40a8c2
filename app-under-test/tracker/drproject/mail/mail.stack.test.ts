import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
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
let reader: Browser

beforeAll(async () => {
  postgres = await startPostgres()
  await loadRows(postgres.appUrl, rowsOf(2006, dataSetsOf(2006, 10, 1)), { replace: false })
  database = new pg.Client({ connectionString: postgres.appUrl })
  await database.connect()
  await database.query('DELETE FROM message')
  const mail = (id: number, day: string, subject: string, replyTo = 0, body = 'Text.') =>
    database.query('INSERT INTO message VALUES ($1, $2, extract(epoch FROM $3::timestamptz), $4, $5, $6, $7)', [project, id, `${day}T12:00:00Z`, 'ben', subject, body, replyTo])
  await mail(1, '2005-12-31', 'Plans')
  await mail(2, '2006-01-01', 'Re: Plans', 1)
  await mail(3, '2006-01-02', 'Lunch <today>', 0, 'At <b>noon</b>, see #7 and http://example.edu/menu.')
  await mail(4, '2006-01-03', 'Re: Re: Plans', 2)
  await mail(6, '2006-01-04', '', 1)
  env = openTracker({ DATABASE_URL: postgres.appUrl, TRACKER_NOW: DATA_SETS_NOW, TRACKER_LOG: '/dev/null' })
  reader = await browserOf(env, database, null)
}, 30_000)

afterAll(async () => {
  await env.close()
  await database.end()
  await postgres[Symbol.asyncDispose]()
})

test("the archive shows the newest month's threads, the newest first, and the way to the other months", async () => {
  const { text } = await reader.get(`/${project}/mail`)
  expect(text).toContain('<h1>Mail archive</h1>')
  expect([...text.matchAll(/<li class="(\w+)"><a href="[^"]*\/mail\/(\d+)"/g)].map((match) => match.slice(1).join(' '))).toEqual(['reply0 6', 'reply0 3', 'reply0 2', 'reply1 4'])
  expect(text).toContain('<a href="?month=2005-12">2005-12</a> <span class="note">1</span>')
  expect((await reader.get(`/${project}/mail?month=2005-12`)).text).toContain('>Plans</a>')
  expect((await reader.get(`/${project}/mail?month=1999-01`)).text).toContain('There is no mail here.')
})

test.each(['2006-13', '2006', '01/2006', "2006-01' OR true"])('month=%s is answered in words', async (month) => {
  const { status, text } = await reader.get(`/${project}/mail?month=${encodeURIComponent(month)}`)
  expect([status, text]).toEqual([400, expect.stringContaining('Write it like 2006-03.')])
})

test('a month of many threads has pages', async () => {
  await database.query("INSERT INTO message SELECT $1, 1000 + i, extract(epoch FROM '2004-05-01'::date)::integer + i, 'ben', 'Subject ' || i, '', 0 FROM generate_series(1, 120) i", [project])
  const subjects = async (page: number) => [...(await reader.get(`/${project}/mail?month=2004-05&page=${page}`)).text.matchAll(/Subject (\d+)</g)].map((match) => Number(match[1]))
  expect([(await subjects(1)).slice(0, 2), (await subjects(2)).length, await subjects(3), await subjects(4)]).toEqual([[120, 119], 50, Array.from({ length: 20 }, (_, i) => 20 - i), []])
  const { text } = await reader.get(`/${project}/mail?month=2004-05&page=2`)
  expect(text).toMatch(/href="\?month=2004-05&amp;page=1">Previous page.*href="\?month=2004-05&amp;page=3">Next page/s)
  expect((await reader.get(`/${project}/mail?page=0`)).status).toBe(400)
  await database.query('DELETE FROM message WHERE id > 1000')
})

test('a mail is shown as text, with its whole thread and its neighbours', async () => {
  const { text } = await reader.get(`/${project}/mail/3`)
  expect(text).toContain('<h1>Lunch &lt;today&gt;</h1>')
  expect(text).toContain(`<pre class="mail">At &lt;b&gt;noon&lt;/b&gt;, see <a href="/${project}/ticket/7">#7</a> and <a href="http://example.edu/menu" rel="nofollow">http://example.edu/menu</a>.</pre>`)
  expect(text).not.toContain('<h2>Thread</h2>')
  const reply = (await reader.get(`/${project}/mail/4`)).text
  expect([...reply.matchAll(/<li class="(\w+)">(?:<strong>|<a href="[^"]*">)([^<]*)/g)].map((match) => match.slice(1).join(' '))).toEqual(['reply0 Plans', 'reply1 Re: Plans', 'reply2 Re: Re: Plans', 'reply1 (no subject)'])
  expect(reply).toMatch(new RegExp(`/${project}/mail/3">Previous</a> <a href="/${project}/mail/6">Next</a>`))
  expect([(await reader.get(`/${project}/mail/5`)).status, (await reader.get(`/${project}/mail/0`)).status]).toEqual([404, 404])
})

test('a thread of 5,000 answers is cut, not lost', async () => {
  await database.query("INSERT INTO message SELECT $1, 10000 + i, extract(epoch FROM '2003-05-01'::date)::integer + i, 'ben', 'Deep', '', CASE WHEN i = 1 THEN 0 ELSE 10000 + i - 1 END FROM generate_series(1, 5000) i", [project])
  const { text } = await reader.get(`/${project}/mail/14999`)
  expect(text.match(/<li class/g)).toHaveLength(200)
  expect(text).toContain('The first 200 of the thread.')
})
