import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadRows } from '../app-under-test/tracker/seed/load.ts'
import { PRESETS } from '../app-under-test/tracker/seed/presets.ts'
import { startFrontEnd } from '../app-under-test/tracker/testing/front-end.ts'
import { startPostgres } from '../app-under-test/tracker/testing/postgres.ts'
import { startOn, type PlanOf } from '../harness/load/fixtures/play.ts'
import { findK6 } from '../harness/load/k6/binary.ts'
import { trackerServer } from './targets/tracker.ts'

const made = new AsyncDisposableStack()
let database: pg.Client
let ground: Parameters<typeof startOn>[0]

beforeAll(async () => {
  const dir = await mkdtemp(join(tmpdir(), 'lowtide-journeys-'))
  made.defer(() => rm(dir, { recursive: true, force: true }))
  const postgres = made.use(await startPostgres())
  await loadRows(postgres.appUrl, PRESETS['course']!.rows(2006), { replace: false })
  database = new pg.Client({ connectionString: postgres.appUrl })
  await database.connect()
  made.defer(() => database.end())
  const server = made.use(await startFrontEnd('server.ts', { ...trackerServer.env, DATABASE_URL: postgres.appUrl }))
  ground = { k6: await findK6({ signal: AbortSignal.timeout(900_000), say: console.error }), dir, baseUrl: server.url }
}, 900_000)

afterAll(() => made.disposeAsync())

test("an office day's requests are all answered as expected, from every kind of visitor", async () => {
  const { dose, routes } = await play('office-day', { dose: 200, concurrency: 3 })
  expect(dose).toMatchObject({ counted: 200, unexpected: 0, dropped: 0, generator: { kind: 'completed' } })
  expect([...routes]).toEqual(expect.arrayContaining(['timeline page', 'ticket', 'query', 'search', 'milestone', 'timeline feed', 'service check', 'login', 'change ticket', 'logout', 'crawled wiki', 'crawled browser']))
})

test('what editors write is there', async () => {
  const written = async () => {
    const { rows } = await database.query("SELECT (SELECT count(*) FROM ticket) AS tickets, (SELECT count(*) FROM attachment) AS attachments, (SELECT count(*) FROM wiki WHERE name LIKE 'NotesOf%') AS notes, (SELECT count(*) FROM ticket_change WHERE field = 'comment') AS comments, (SELECT count(*) FROM auth_cookie) AS logins")
    return Object.fromEntries(Object.entries(rows[0] as Record<string, string>).map(([what, count]) => [what, Number(count)]))
  }
  const before = await written()
  const { dose } = await play('editors', { dose: 4 * 17, concurrency: 4, firstRequest: 1_000 })
  expect(dose).toMatchObject({ counted: 68, unexpected: 0, generator: { kind: 'completed' } })
  const after = await written()
  expect(Object.fromEntries(Object.keys(after).map(what => [what, after[what]! - before[what]!]))).toEqual({ tickets: 4, attachments: 4, notes: 4, comments: 4, logins: 0 })
})

test('feed readers poll the link of 2006', async () => {
  const { dose, routes } = await play('feed-pollers', { dose: 20, concurrency: 2 })
  expect(dose).toMatchObject({ counted: 20, unexpected: 0 })
  expect(routes).toEqual(new Set(['timeline feed', 'service check']))
})

const play = async (journey: string, plan: PlanOf) => {
  const routes = new Set<string>()
  await using load = await startOn(ground, { kind: 'journey', journey: join(import.meta.dirname, 'journeys', `${journey}.ts`) }, { thinkScale: 0, ...plan }, { onHappening: happening => void (happening.kind === 'load' && routes.add(happening.route)) })
  await load.begin()
  return { dose: await load.drained, routes }
}
