import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildCgi } from './build.ts'
import type { Variant } from './drproject/variant.ts'
import { loadRows } from './seed/load.ts'
import { byTable } from './seed/rows.ts'
import { DATA_SETS_NOW, dataSetsOf, rowsOf } from './testing/data-sets.ts'
import { startFrontEnd as startProgram } from './testing/front-end.ts'
import { startPostgres, type Postgres } from './testing/postgres.ts'
import { ask, lookAt } from './testing/script.ts'

const dataSets = dataSetsOf(2006, 30, 30)
let postgres: Postgres

beforeAll(async () => {
  await buildCgi()
  postgres = await startPostgres({ maxConnections: 20 })
  await loadRows(postgres.appUrl, rowsOf(2006, dataSets), { replace: false })
}, 30_000)

afterAll(() => postgres[Symbol.asyncDispose]())

describe('as shipped', () => {
  test('a hung timeline sleeps in a futex, holds an open transaction, and its log ends in the tickets', async () => {
    using outcome = await firstThatHangs()
    expect(outcome.process).toMatchObject({ state: 'S', wchan: expect.stringMatching(/^futex/) })
    expect(outcome.log.at(-1)).toMatch(/^\d{4}-\S+ \[\d+\] timeline: ticket$/)
    expect(outcome.log.map((line) => line.replace(/^.*timeline: /, ''))).toEqual(['wiki', 'changeset', 'milestone', 'mail', 'ticket'])
    // Sessions of scripts that have answered take a moment to go.
    await expect.poll(sessions).toEqual([{ state: 'idle in transaction', query: expect.stringMatching(/^SELECT .* FROM (person|ticket_change|ticket) /) }])
    // It is not on its way somewhere: a while later nothing has moved.
    await sleep(1000)
    expect(lookAt(outcome.pid)).toEqual(outcome.process)
  })

  test('the same data sets hang on every repeat, some and not all', async () => {
    const few = dataSets.slice(0, 8).map((set) => set.project)
    const [first, second] = [await hungOf('as-shipped', few), await hungOf('as-shipped', few)]
    expect(second).toEqual(first)
    expect(first.length).toBeGreaterThan(0)
    expect(first.length).toBeLessThan(few.length)
  })

  test('one change more or less flips a data set', async () => {
    const project = dataSets[0]!.project
    const before = await hungOf('as-shipped', [project])
    const flips: boolean[] = []
    for (let added = 0; added < 12 && !flips.includes(true); added++) {
      await addChange(project, added)
      flips.push((await hungOf('as-shipped', [project])).length !== before.length)
    }
    expect(flips).toContain(true)
  })

  test('other pages of the same project answer', async () => {
    for (const url of ['/', `/${dataSets[0]!.project}/wiki/WikiStart`, `/${dataSets[0]!.project}/ticket/1`, `/${dataSets[0]!.project}/roadmap`]) {
      using outcome = await askFor('as-shipped', url)
      expect(outcome).toMatchObject({ kind: 'answered', status: 200 })
    }
  })
})

test.each(['reentrant-lock', 'close-in-finally'] satisfies Variant[])('%s: none of 30 data sets hangs, and no session outlives its request', async (variant) => {
  expect(await hungOf(variant, dataSets.map((set) => set.project))).toEqual([])
  await expect.poll(sessions).toEqual([])
})

test('every row arrives as it was made, awkward characters included', async () => {
  const rows = byTable(rowsOf(2006, dataSets)).message
  expect(rows.flat().join('')).toMatch(/back\\slash.*tab\there/s)
  const client = new pg.Client({ connectionString: postgres.appUrl })
  await client.connect()
  const loaded = await client.query({ text: 'SELECT project, id, time, author, subject, body, reply_to FROM message ORDER BY ctid', rowMode: 'array' })
  await client.end()
  expect(loaded.rows).toEqual(rows)
})

/** Debian-like machines have it by `apt-get install apache2`. */
const withoutApache = spawnSync('/usr/sbin/apache2', ['-v']).status !== 0

test.skipIf(withoutApache)('the access log of Apache has the id that the load gave each request', async () => {
  await using frontEnd = await startFrontEnd('apache.ts')
  await fetch(`${frontEnd.url}/%ff`, { headers: { 'x-request-id': '3-7' } })
  await expect.poll(frontEnd.log).toMatch(/ "GET \/%ff HTTP\/1\.1" 404 \d+ \d+ ms 3-7$/m)
})

describe.each([
  { program: 'gateway.ts', skip: false },
  { program: 'server.ts', skip: false },
  { program: 'apache.ts', skip: withoutApache },
])('$program', ({ program, skip }) => {
  test.skipIf(skip)('serves pages and feeds, and ends on SIGTERM', async () => {
    await using frontEnd = await startFrontEnd(program)
    const feed = await fetch(`${frontEnd.url}/${dataSets[0]!.project}/timeline?max=5&format=rss`)
    expect([feed.status, feed.headers.get('content-type'), (await feed.text()).match(/<item>/g)?.length]).toEqual([200, 'application/rss+xml; charset=utf-8', 5])
    expect((await fetch(`${frontEnd.url}/${dataSets[0]!.project}/timeline?from=never`)).status).toBe(400)
    // Apache hands the byte on: there is no such page.
    expect((await fetch(`${frontEnd.url}/%ff`)).status).toBe(program === 'apache.ts' ? 404 : 400)
    frontEnd.process.kill('SIGTERM')
    await once(frontEnd.process, 'exit')
    expect(frontEnd.process.exitCode).toBe(0)
  })

  test.skipIf(skip)('says in words, and logs, that the database has no slot left', async () => {
    await using frontEnd = await startFrontEnd(program)
    await postgres.admin.query('ALTER ROLE tracker CONNECTION LIMIT 0')
    try {
      const response = await fetch(`${frontEnd.url}/`)
      expect([response.status, await response.text()]).toEqual([503, expect.stringContaining('The database refuses connections')])
      expect(frontEnd.log()).toMatch(/error: \/: 53300 /)
    } finally {
      await postgres.admin.query('ALTER ROLE tracker CONNECTION LIMIT -1')
    }
  })
})

test('the gateway leaves a hung script alone, when the client leaves and when it ends itself', async () => {
  const project = (await hungOf('as-shipped', dataSets.map((set) => set.project), 1))[0]
  await using frontEnd = await startFrontEnd('gateway.ts', { TRACKER_VARIANT: 'as-shipped' })
  await expect(fetch(`${frontEnd.url}/${project}/timeline`, { signal: AbortSignal.timeout(1500) })).rejects.toThrow()
  expect((await fetch(`${frontEnd.url}/`)).status).toBe(200)
  const pid = Number(/\[(\d+)\] timeline: ticket/.exec(frontEnd.log())?.[1])
  frontEnd.process.kill('SIGTERM')
  await once(frontEnd.process, 'exit')
  try {
    expect(lookAt(pid)).toMatchObject({ state: 'S', wchan: expect.stringMatching(/^futex/) })
  } finally {
    process.kill(pid, 'SIGKILL')
  }
})

test('equal requests take every slot; the rest are refused in words; and when the service is back, what hung is still there', async () => {
  const project = (await hungOf('as-shipped', dataSets.map((set) => set.project), 1))[0]
  const hanging = () => [...frontEnd.log().matchAll(/\[(\d+)\] timeline: ticket$/gm)].map((match) => Number(match[1]))
  await using frontEnd = await startFrontEnd('gateway.ts', { TRACKER_VARIANT: 'as-shipped' })
  await postgres.admin.query('ALTER ROLE tracker CONNECTION LIMIT 4')
  try {
    for (let left = 4; left > 0; left--) void fetch(`${frontEnd.url}/${project}/timeline`, { signal: AbortSignal.timeout(3000) }).catch(() => {})
    await expect.poll(async () => (await sessions()).filter(({ state }) => state === 'idle in transaction').length, { timeout: 10_000 }).toBe(4)
    const refused = await fetch(`${frontEnd.url}/${project}/timeline`)
    expect([refused.status, await refused.text()]).toEqual([503, expect.stringContaining('all of its slots are taken')])
    await expect.poll(hanging).toHaveLength(4)
    await postgres.admin.query('ALTER ROLE tracker CONNECTION LIMIT -1')
    expect((await fetch(`${frontEnd.url}/`)).status).toBe(200)
    await expect.poll(async () => (await sessions()).map(({ state }) => state)).toEqual(Array.from({ length: 4 }, () => 'idle in transaction'))
    for (const pid of hanging()) expect(lookAt(pid)?.wchan).toMatch(/^futex/)
  } finally {
    await postgres.admin.query('ALTER ROLE tracker CONNECTION LIMIT -1')
    for (const pid of hanging()) process.kill(pid, 'SIGKILL')
  }
})

const askFor = (variant: Variant, url: string) => ask({ url, variant, databaseUrl: postgres.appUrl, now: DATA_SETS_NOW })

const sessions = async () => (await postgres.admin.query("SELECT state, query FROM pg_stat_activity WHERE application_name = 'drproject'")).rows

/** Of these projects those whose timeline hangs, two at a time; at most `enough`. */
async function hungOf(variant: Variant, projects: readonly string[], enough = Number.POSITIVE_INFINITY): Promise<string[]> {
  const hung: string[] = []
  const left = [...projects]
  const work = async () => {
    for (let project = left.shift(); project && hung.length < enough; project = left.shift()) {
      using outcome = await askFor(variant, `/${project}/timeline?daysback=30&max=50&format=rss`)
      if (outcome.kind === 'hung') hung.push(project)
      else if (outcome.status !== 200) throw new Error(`${variant}, ${project}: status ${outcome.status}. The log ends in: ${outcome.log.at(-1)}`)
    }
  }
  await Promise.all([work(), work()])
  return hung.sort()
}

async function firstThatHangs() {
  for (const { project } of dataSets) {
    const outcome = await askFor('as-shipped', `/${project}/timeline?daysback=30&max=50&format=rss`)
    if (outcome.kind === 'hung') return outcome
  }
  throw new Error(`None of ${dataSets.length} timelines hung.`)
}

/** One comment more on the project's first ticket. */
async function addChange(project: string, second: number): Promise<void> {
  const client = new pg.Client({ connectionString: postgres.appUrl })
  await client.connect()
  await client.query("INSERT INTO ticket_change (project, ticket, time, author, field, newvalue) SELECT project, id, time + $2, 'ada', 'comment', 'One more.' FROM ticket WHERE project = $1 AND id = 1", [project, second])
  await client.end()
}

const startFrontEnd = (program: string, variables: Readonly<Record<string, string>> = {}) => startProgram(program, { DATABASE_URL: postgres.appUrl, TRACKER_NOW: DATA_SETS_NOW, ...variables })
