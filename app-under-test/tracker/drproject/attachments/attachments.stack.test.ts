import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadRows } from '../../seed/load.ts'
import { browserOf, type Browser } from '../../testing/browser.ts'
import { DATA_SETS_NOW, dataSetsOf, rowsOf } from '../../testing/data-sets.ts'
import { startPostgres, type Postgres } from '../../testing/postgres.ts'
import { requestFor } from '../../testing/visit.ts'
import type { Environment } from '../environment.ts'
import { openTracker } from '../tracker.ts'
import { dispatch } from '../web/dispatcher.ts'

const dataSets = dataSetsOf(2006, 10, 1)
const project = `/${dataSets[0]!.project}`
let postgres: Postgres
let database: pg.Client
let env: Environment
let admin: Browser
let ben: Browser
let nobody: Browser

beforeAll(async () => {
  postgres = await startPostgres()
  await loadRows(postgres.appUrl, rowsOf(2006, dataSets), { replace: false })
  database = new pg.Client({ connectionString: postgres.appUrl })
  await database.connect()
  env = openTracker({ DATABASE_URL: postgres.appUrl, TRACKER_NOW: DATA_SETS_NOW, TRACKER_LOG: '/dev/null' })
  admin = await browserOf(env, database, 'ada')
  ben = await browserOf(env, database, 'ben')
  nobody = await browserOf(env, database, null)
}, 30_000)

afterAll(async () => {
  await env.close()
  await database.end()
  await postgres[Symbol.asyncDispose]()
})

test.each(['wiki/WikiStart', 'ticket/1'])('a file comes back from %s as it was sent, to be saved and not shown', async (parent) => {
  const content = Uint8Array.from({ length: 4096 }, (_, i) => i % 256)
  const sent = await ben.upload(`${project}/attachment/${parent}`, new File([content], 'C:\\tmp\\Zoë <1>.html', { type: 'text/html' }), { description: 'All & every byte' })
  expect([sent.status, sent.location]).toEqual([303, `${project}/attachment/${parent}`])
  for (const page of [`${project}/attachment/${parent}`, `${project}/${parent}`]) {
    const { text } = await nobody.get(page)
    expect(text).toContain(`<a href="${project}/raw-attachment/${parent}/Zo%C3%AB%20%3C1%3E.html">Zoë &lt;1&gt;.html</a> (4 KiB) by ben, 2006-01-31 18:00: All &amp; every byte`)
  }
  const { status, headers, body } = await dispatch(env, requestFor(`${project}/raw-attachment/${parent}/Zoë <1>.html`))
  expect([status, headers['Content-Type'], headers['X-Content-Type-Options'], headers['Content-Disposition']]).toEqual([200, 'application/octet-stream', 'nosniff', `attachment; filename="Zo_ <1>.html"; filename*=UTF-8''Zo%C3%AB%20%3C1%3E.html`])
  expect(Buffer.from(body as Uint8Array).equals(content)).toBe(true)
})

test('a second file of one name gets another name', async () => {
  for (let i = 0; i < 2; i++) await ben.upload(`${project}/attachment/ticket/2`, new File([`${i}`], 'same.txt'))
  expect((await nobody.get(`${project}/raw-attachment/ticket/2/same.txt`)).status).toBe(200)
  expect((await nobody.get(`${project}/raw-attachment/ticket/2/same.2.txt`)).status).toBe(200)
})

test.each([
  ['that is too large', new File([new Uint8Array(512 * 1024 + 1)], 'big.bin'), 413, 'big.bin has 524289 bytes'],
  ['that is empty', new File([], 'empty.txt'), 400, 'there is nothing in it'],
])('a file %s is refused in words', async (_, file, status, words) => {
  expect(await ben.upload(`${project}/attachment/ticket/2`, file, { description: 'kept' })).toMatchObject({ status, text: expect.stringMatching(new RegExp(`${words}.*value="kept"`, 's')) })
})

test('there is an end to what one page can hold, by number and by size', async () => {
  await database.query("INSERT INTO attachment (project, parent_type, parent_id, filename, size, content, time, author) SELECT $1, 'ticket', '3', 'f' || i, 1, 'x', 1, 'ada' FROM generate_series(1, 32) AS i", [dataSets[0]!.project])
  expect(await ben.upload(`${project}/attachment/ticket/3`, new File(['x'], 'x'))).toMatchObject({ status: 409, text: expect.stringContaining('32 files already') })
  await database.query("INSERT INTO attachment (project, parent_type, parent_id, filename, size, content, time, author) VALUES ($1, 'ticket', '4', 'f', $2, 'x', 1, 'ada')", [dataSets[0]!.project, 8 * 1024 * 1024])
  expect(await ben.upload(`${project}/attachment/ticket/4`, new File(['x'], 'x'))).toMatchObject({ status: 409, text: expect.stringContaining('more than 8 MiB together') })
})

test('only an administrator deletes, and is asked first', async () => {
  await ben.upload(`${project}/attachment/ticket/5`, new File(['x'], 'x.txt'))
  const path = `${project}/attachment/ticket/5`
  expect((await ben.get(path)).text).not.toContain('?delete=')
  expect((await ben.post(path, { delete: 'x.txt' })).status).toBe(403)
  expect((await admin.get(`${path}?delete=x.txt`)).text).toContain('Delete x.txt?')
  expect((await nobody.get(`${project}/raw-attachment/ticket/5/x.txt`)).status).toBe(200)
  expect((await admin.post(path, { delete: 'x.txt' })).status).toBe(303)
  expect((await nobody.get(`${project}/raw-attachment/ticket/5/x.txt`)).status).toBe(404)
})

test('nobody attaches who may not change the page', async () => {
  expect((await nobody.upload(`${project}/attachment/ticket/1`, new File(['x'], 'x'))).status).toBe(403)
  expect((await nobody.get(`${project}/attachment/ticket/1`)).text).toContain('takes TICKET_CHANGE')
})

test.each(['attachment/wiki/NoSuchPage', 'attachment/ticket/99999', 'attachment/ticket/0x1', 'attachment/milestone/m1', 'raw-attachment/ticket/1/none.txt', 'raw-attachment/wiki/WikiStart', 'raw-attachment/wiki/WikiStart/a%01b', 'raw-attachment/wiki/Wiki%01Start/a', 'attachment/wiki/a%01b', 'attachment/'])('%s is nowhere', async (path) => {
  expect((await nobody.get(`${project}/${path}`)).status).toBe(404)
})
