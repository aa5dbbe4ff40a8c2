import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadRows } from '../app-under-test/tracker/seed/load.ts'
import { PRESETS } from '../app-under-test/tracker/seed/presets.ts'
import { startFrontEnd } from '../app-under-test/tracker/testing/front-end.ts'
import { startPostgres } from '../app-under-test/tracker/testing/postgres.ts'
import { startOn } from '../harness/load/fixtures/play.ts'
import { findK6 } from '../harness/load/k6/binary.ts'
import { trackerServer } from './targets/tracker.ts'
import timelineReplay from './timeline-replay.ts'

const made = new AsyncDisposableStack()
let ground: Parameters<typeof startOn>[0]

beforeAll(async () => {
  const dir = await mkdtemp(join(tmpdir(), 'lowtide-log-'))
  made.defer(() => rm(dir, { recursive: true, force: true }))
  const postgres = made.use(await startPostgres())
  await loadRows(postgres.appUrl, PRESETS['course']!.rows(2006), { replace: false })
  const server = made.use(await startFrontEnd('server.ts', { ...trackerServer.env, DATABASE_URL: postgres.appUrl }))
  ground = { k6: await findK6({ signal: AbortSignal.timeout(900_000), say: console.error }), dir, baseUrl: server.url }
}, 900_000)

afterAll(() => made.disposeAsync())

test("the tracker answers the requests of the log as they were answered in 2006, from every route", async () => {
  const routes = new Set<string>()
  const load = { ...timelineReplay.load, log: join(import.meta.dirname, timelineReplay.load.log), speed: 400, requestTimeoutMs: 30_000 } as const
  await using running = await startOn(ground, load, { dose: 120, concurrency: 4 }, { onHappening: happening => void (happening.kind === 'load' && routes.add(happening.route)) })
  await running.begin()
  expect(await running.drained).toMatchObject({ counted: 120, unexpected: 0, broken: 0, dropped: 0, generator: { kind: 'completed' } })
  expect([...routes].toSorted()).toEqual([
    'GET /',
    'GET /:name/browser',
    'GET /:name/query?order&status',
    'GET /:name/roadmap',
    'GET /:name/search?q',
    'GET /:name/ticket/:n',
    'GET /:name/timeline?changeset&daysback&format&...',
    'GET /:name/timeline?daysback',
    'GET /:name/wiki/WikiStart',
    'GET /favicon.ico',
    'HEAD /',
  ])
}, 300_000)
