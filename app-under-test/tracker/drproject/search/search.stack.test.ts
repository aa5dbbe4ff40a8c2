import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadRows } from '../../seed/load.ts'
import { browserOf, type Browser } from '../../testing/browser.ts'
import { DATA_SETS_NOW, dataSetsOf, rowsOf } from '../../testing/data-sets.ts'
import { startPostgres, type Postgres } from '../../testing/postgres.ts'
import type { Environment } from '../environment.ts'
import { openTracker } from '../tracker.ts'
import { withTimeLimit } from './time-limit.ts'
import { read } from '../db/read.ts'

const dataSets = dataSetsOf(2006, 10, 2)
const [project, other] = dataSets.map((set) => set.project) as [string, string]
let postgres: Postgres
let database: pg.Client
let env: Environment
let visitor: Browser

beforeAll(async () => {
  postgres = await startPostgres()
  await loadRows(postgres.appUrl, rowsOf(2006, dataSets), { replace: false })
  database = new pg.Client({ connectionString: postgres.appUrl })
  await database.connect()
  for (const of of [project, other]) {
    await database.query(
      `INSERT INTO wiki (project, name, version, time, author, text) VALUES ('${of}', 'Whale', 1, 100, 'ada', 'A walrus once'), ('${of}', 'Whale', 2, 200, 'ben', 'A 100% narwhal <b>horn</b> of ${of}');
       INSERT INTO revision (project, rev, time, author, message) VALUES ('${of}', 9001, 500, 'ada', 'Narwhal support');
       INSERT INTO milestone (project, name, due, description) VALUES ('${of}', 'm/9', 400, 'All about the narwhal');
       INSERT INTO message (project, id, time, author, subject, body) VALUES ('${of}', 9001, 300, 'eva', 'About it', 'The narwhal is here');
       INSERT INTO ticket (project, id, type, time, changetime, priority, reporter, status, summary, description) VALUES ('${of}', 9001, 'defect', 600, 600, 'high', 'ada', 'new', 'Narwhal drowns', 'It does.');
       INSERT INTO ticket_change (project, ticket, time, author, field, newvalue) VALUES ('${of}', 9001, 600, 'ben', 'comment', 'Yes, in the aquarium');`,
    )
  }
  env = openTracker({ DATABASE_URL: postgres.appUrl, TRACKER_NOW: DATA_SETS_NOW, TRACKER_LOG: '/dev/null' })
  visitor = await browserOf(env, database, null)
}, 30_000)

afterAll(async () => {
  await env.close()
  await database.end()
  await postgres[Symbol.asyncDispose]()
})

test('all five subsystems are searched, newest first, in this project alone', async () => {
  expect(await found('q=narwhal')).toEqual(['ticket/9001', 'changeset/9001', 'milestone/m/9', 'mail/9001', 'wiki/Whale'])
})

test.each([
  ['q=narwhal&mail=on&wiki=on', ['mail/9001', 'wiki/Whale']],
  ['q=NARWHAL+drowns+aquarium', ['ticket/9001']],
  ['q=%22the+narwhal+is%22', ['mail/9001']],
  ['q=%22is+narwhal%22', []],
  ['q=walrus', []],
  ['q=100%25+narwhal', ['wiki/Whale']],
  ['q=na_whal', []],
])('%s', async (query, paths) => {
  expect(await found(query)).toEqual(paths)
})

test('results show where the words stand, escaped and marked', async () => {
  const { text } = await search('q=narwhal&wiki=on')
  expect(text).toContain('A 100% <mark>narwhal</mark> &lt;b&gt;horn&lt;/b&gt;')
})

test.each([
  ['%2312', 'ticket/12'],
  ['r34', 'changeset/34'],
  ['[34]', 'changeset/34'],
  ['[r34]', 'changeset/34'],
  ['milestone:m/9', 'milestone/m/9'],
])('%s goes straight there', async (text, path) => {
  expect((await search(`q=${text}`)).location).toBe(`/${project}/${path}`)
})

test('an address elsewhere is looked for, never gone to', async () => {
  expect(await search('q=http://evil.example/')).toMatchObject({ status: 200, location: '' })
})

test('many results come in pages that miss none', async () => {
  await database.query(`INSERT INTO message (project, id, time, author, subject, body) SELECT '${project}', 10000 + i, 1000 + i, 'ada', 'Penguin', 'x' FROM generate_series(1, 25) AS i`)
  const pages = [await found('q=penguin'), await found('q=penguin&page=2'), await found('q=penguin&page=3')]
  expect(pages.map((page) => page.length)).toEqual([10, 10, 5])
  expect(new Set(pages.flat()).size).toBe(25)
  expect((await search('q=penguin&page=51')).status).toBe(400)
  expect((await search('q=penguin&page=3')).text).not.toContain('Next page')
})

test.each([
  ['', 200, 'Finds what has all the words'],
  ['q=a', 400, 'too short'],
  ['q=xyzzyplugh', 200, 'Nothing was found'],
  ['q=penguin&page=x', 400, 'page:'],
])('?%s answers %i in words', async (query, status, words) => {
  expect(await search(query)).toMatchObject({ status, text: expect.stringContaining(words) })
})

test('a statement that takes too long is given up, and neither a limit nor a connection is left behind', async () => {
  expect(await withTimeLimit(env, 50, () => read(env, 'SELECT pg_sleep(5)', []))).toBeNull()
  expect(await withTimeLimit(env, 50, () => read(env, 'SELECT 1', []))).toEqual([[1]])
  const outer = await env.getCnx()
  await withTimeLimit(env, 50, () => read(env, 'SELECT 1', []))
  expect(await outer.query('SHOW statement_timeout', [])).toEqual([['0']])
  outer.close()
  expect(env.pool.wrappersOf('MainThread')).toBe(0)
})

const search = (query: string) => visitor.get(`/${project}/search?${query}`)

/** What is linked as a result, below the project. */
const found = async (query: string) => [...(await search(query)).text.matchAll(/<dt><a href="([^"]+)"/g)].map(([, href]) => decodeURIComponent(href!).replace(`/${project}/`, ''))
