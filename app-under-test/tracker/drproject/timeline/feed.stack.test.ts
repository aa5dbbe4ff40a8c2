import { afterAll, beforeAll, expect, test } from 'vitest'
import { requestOf } from '../../front/rfc3875.ts'
import { loadRows } from '../../seed/load.ts'
import { PRESETS } from '../../seed/presets.ts'
import { validateFeed } from '../../testing/feeds.ts'
import { startPostgres, type Postgres } from '../../testing/postgres.ts'
import type { Environment } from '../environment.ts'
import { openTracker } from '../tracker.ts'
import { dispatch } from '../web/dispatcher.ts'

const course = PRESETS.course!
let postgres: Postgres
let env: Environment

beforeAll(async () => {
  postgres = await startPostgres()
  await loadRows(postgres.appUrl, course.rows(2006), { replace: false })
  env = openTracker({ DATABASE_URL: postgres.appUrl, TRACKER_NOW: `${course.lastDay}T18:00:00Z`, TRACKER_LOG: '/dev/null' })
}, 60_000)

afterAll(async () => {
  await env.close()
  await postgres[Symbol.asyncDispose]()
})

const ask = async (path: string, query: string) => dispatch(env, requestOf({ REQUEST_METHOD: 'GET', PATH_INFO: path, QUERY_STRING: query, HTTP_HOST: 'localhost:8080' }, new Uint8Array()))

test('the feed of every project that anybody may see is valid RSS 2.0, with all of its events', async () => {
  const visible = course.projects(2006).filter((project) => project.public)
  expect(visible.length).toBeGreaterThan(15)
  for (const { name } of visible) {
    const feed = await ask(`/${name}/timeline`, 'daysback=90&format=rss')
    expect([name, feed.status, String(feed.body).match(/<item>/g)!.length > 100]).toEqual([name, 200, true])
    expect(() => validateFeed(String(feed.body))).not.toThrow()
  }
})

test('so is the feed of a query, and one without a single event', async () => {
  for (const [path, query] of [['/All/query', 'status=closed&format=rss'], ['/All/timeline', 'from=1980-01-01&format=rss']] as const) {
    const feed = await ask(path, query)
    expect(feed.status).toBe(200)
    expect(() => validateFeed(String(feed.body))).not.toThrow()
  }
})

test.each([
  ['an item without an address of its own', '<link>http:', '<link>'],
  ['a date in another form', / GMT<\/pubDate>/, 'Z</pubDate>'],
  ['an element that RSS does not know', '<category>', '<subject/><category>'],
  ['what is no XML', '&', '& '],
])('the validator does find %s', async (_, here, there) => {
  const feed = await ask('/All/timeline', 'max=3&format=rss')
  expect(() => validateFeed(String(feed.body).replace(here, there))).toThrow()
})
