import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadRows } from '../../seed/load.ts'
import { browserOf, type Browser } from '../../testing/browser.ts'
import { DATA_SETS_NOW, dataSetsOf, rowsOf } from '../../testing/data-sets.ts'
import { startPostgres, type Postgres } from '../../testing/postgres.ts'
import type { Environment } from '../environment.ts'
import { openTracker } from '../tracker.ts'

const dataSets = dataSetsOf(2006, 10, 1)
const wiki = `/${dataSets[0]!.project}/wiki`
let postgres: Postgres
let database: pg.Client
let envs: Environment[]
let ada: Browser
let ben: Browser
let nobody: Browser

beforeAll(async () => {
  postgres = await startPostgres()
  await loadRows(postgres.appUrl, rowsOf(2006, dataSets), { replace: false })
  database = new pg.Client({ connectionString: postgres.appUrl })
  await database.connect()
  envs = Array.from({ length: 4 }, () => openTracker({ DATABASE_URL: postgres.appUrl, TRACKER_NOW: DATA_SETS_NOW, TRACKER_LOG: '/dev/null' }))
  ada = await browserOf(envs[0]!, database, 'ada')
  ben = await browserOf(envs[1]!, database, 'ben')
  nobody = await browserOf(envs[0]!, database, null)
}, 30_000)

afterAll(async () => {
  for (const env of envs) await env.close()
  await database.end()
  await postgres[Symbol.asyncDispose]()
})

test('a page that does not exist offers to be written, and is once somebody has', async () => {
  const missing = await ada.get(`${wiki}/NewIdeas/First`)
  expect([missing.status, missing.text]).toEqual([404, expect.stringContaining('Create this page')])
  expect((await nobody.get(`${wiki}/NewIdeas/First`)).text).not.toContain('Create this page')

  const saved = await ada.post(`${wiki}/NewIdeas/First?action=edit`, { version: '0', text: "= NewIdeas/First =\n'''Bold''' and NoSuchPage, WikiStart & <b>", comment: 'A beginning' })
  expect([saved.status, saved.location]).toEqual([303, `${wiki}/NewIdeas/First`])
  const { status, text } = await nobody.get(saved.location)
  expect(status).toBe(200)
  expect(text.match(/<h[1-6]>NewIdeas\/First/g)).toEqual(['<h1>NewIdeas/First'])
  expect(text).toContain('<strong>Bold</strong> and <a class="missing" rel="nofollow" href="' + wiki + '/NoSuchPage">NoSuchPage?</a>, <a href="' + wiki + '/WikiStart">WikiStart</a> &amp; &lt;b&gt;')
  expect(text).toContain('Version 1 by ada, 2006-01-31 18:00: A beginning')
})

describe('an edit', () => {
  test('is shown before it is saved, and compared after', async () => {
    await write('Plan', 'one\ntwo\nthree')
    const draft = { version: '1', text: 'one\ntwo and a half\nthree', comment: '' }
    expect((await ada.post(`${wiki}/Plan?action=edit`, { ...draft, preview: '1' })).text).toContain('nothing is saved yet')
    expect((await nobody.get(`${wiki}/Plan`)).text).toContain('Version 1 by')
    expect((await ada.post(`${wiki}/Plan?action=edit`, draft)).status).toBe(303)
    expect((await nobody.get(`${wiki}/Plan?action=diff`)).text).toContain('one\ntwo<ins> and a half</ins>\nthree')
    expect((await nobody.get(`${wiki}/Plan?action=diff&version=1&old_version=2`)).text).toContain('one\ntwo<del> and a half</del>\nthree')
    expect((await nobody.get(`${wiki}/Plan?version=1`)).text).toContain('one\ntwo\nthree')
    expect((await nobody.get(`${wiki}/Plan?action=history`)).text.match(/\?version=\d/g)).toEqual(['?version=2', '?version=1'])
  })

  test('of an old version makes it the newest', async () => {
    await write('Back', 'first')
    await ada.post(`${wiki}/Back?action=edit`, { version: '1', text: 'second', comment: '' })
    const form = await ada.get(`${wiki}/Back?action=edit&version=1`)
    expect(form.text).toMatch(/name="version" value="2".*\nfirst<\/textarea>.*value="Back to version 1\."/s)
  })

  test('of a page that somebody else has changed keeps the text, and shows what was changed', async () => {
    await write('Shared', 'common text')
    expect((await ben.post(`${wiki}/Shared?action=edit`, { version: '1', text: 'common text of ben', comment: '' })).status).toBe(303)
    const refused = await ada.post(`${wiki}/Shared?action=edit`, { version: '1', text: 'common text of ada', comment: 'mine' })
    expect(refused.status).toBe(409)
    expect(refused.text).toMatch(/ben changed this page while you were writing.*common text<ins> of ben<\/ins>.*name="version" value="2".*\ncommon text of ada<\/textarea>.*value="mine"/s)
    expect((await ada.post(`${wiki}/Shared?action=edit`, { version: '2', text: 'common text of both', comment: '' })).status).toBe(303)
  })

  test('of several at the same moment is saved for one of them', async () => {
    const writers = await Promise.all(envs.map((env) => browserOf(env, database, 'ben')))
    for (let base = 0; base < 5; base++) {
      const answers = await Promise.all(writers.map((writer, i) => writer.post(`${wiki}/Race?action=edit`, { version: String(base), text: `writer ${i} of round ${base}`, comment: '' })))
      expect(answers.map(({ status }) => status).sort((x, y) => x - y)).toEqual([303, 409, 409, 409])
    }
    expect((await nobody.get(`${wiki}/Race?action=history`)).text.match(/\?version=\d/g)).toEqual(['?version=5', '?version=4', '?version=3', '?version=2', '?version=1'])
  })

  test.each([
    ['without text', { version: '1', text: ' ' }, 'There is no text'],
    ['without a change', { version: '1', text: 'as it is' }, 'The text is as it was'],
    ['that is too long', { version: '1', text: 'x'.repeat(250_001) }, '1 more than fit'],
    ['without its version', { version: '', text: 'y' }, 'lost which version'],
    ['with a version that is no number', { version: '99999999999', text: 'y' }, 'lost which version'],
  ])('%s is refused in words', async (_, fields, words) => {
    await write('Small', 'as it is')
    const { status, text } = await ada.post(`${wiki}/Small?action=edit`, { comment: '', ...fields })
    expect([status, text]).toEqual([400, expect.stringContaining(words)])
  })

  test('needs WIKI_EDIT', async () => {
    expect((await nobody.get(`${wiki}/WikiStart?action=edit`)).status).toBe(403)
    expect((await nobody.post(`${wiki}/WikiStart?action=edit`, { version: '1', text: 'spam' })).status).toBe(403)
  })
})

test('the index has each page once', async () => {
  await write('Twice', 'a')
  await ada.post(`${wiki}/Twice?action=edit`, { version: '1', text: 'b', comment: '' })
  const { text } = await nobody.get(`${wiki}/TitleIndex`)
  expect(text).toContain('<h1>TitleIndex</h1>')
  expect(text.match(new RegExp(`<li><a href="${wiki}/Twice">`, 'g'))).toHaveLength(1)
})

test('WikiStart is where a project begins', async () => {
  for (const path of [wiki, wiki.replace('/wiki', ''), `${wiki}/WikiStart`]) expect((await nobody.get(path)).text).toContain('<h1>WikiStart</h1>')
})

test.each([
  ['WikiStart?version=x', 400],
  ['WikiStart?version=9999', 404],
  ['WikiStart?action=diff&version=1&old_version=1', 400],
  ['WikiStart?action=diff&old_version=9999', 400],
  ['WikiStart?action=dance', 400],
  ['NoPage?action=history', 404],
  ['NoPage?action=diff', 404],
  ['TitleIndex?page=0', 400],
  ['a/../b', 404],
  ['a//b', 404],
  [`${'x'.repeat(101)}`, 404],
])('%s answers %i', async (path, status) => {
  const [name = '', query = ''] = path.split('?')
  expect((await nobody.get(`${wiki}/${name.replaceAll('/', '%2F').replaceAll('.', '%2E')}?${query}`)).status).toBe(status)
})

/** Makes a page with one version, unless it is there. */
const write = (name: string, text: string) => ada.post(`${wiki}/${name}?action=edit`, { version: '0', text, comment: '' })
