import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Target } from '../scenario/scenario.ts'
import { bundle } from './bundle.ts'
import { bootContainers } from './containers.ts'
import { findEngine } from './engine.ts'
import { findOwned } from './owned.ts'
import { bootProcesses } from './processes.ts'
import type { Owned, Stack } from './stack.ts'

const engine = await findEngine()
// In CI a skipped containers test is a failure: there the engine is required, and boot says why there is none.
const withoutEngine = engine.kind === 'none' && process.env.LOWTIDE_REQUIRE_ENGINE !== '1'

const fixtures = fileURLToPath(new URL('fixtures/app/', import.meta.url))
let scenarioDir = ''
beforeAll(async () => {
  scenarioDir = await mkdtemp(join(tmpdir(), 'lowtide-test-'))
  await bundle(join(fixtures, 'server.ts'), join(scenarioDir, 'server.mjs'))
  await bundle(join(fixtures, 'seed.ts'), join(scenarioDir, 'seed.mjs'))
  await copyFile(join(fixtures, 'Dockerfile'), join(scenarioDir, 'Dockerfile'))
})
afterAll(() => rm(scenarioDir, { recursive: true }))

const target: Target = {
  name: 'fixture',
  command: [process.execPath, 'server.mjs'],
  seed: [process.execPath, 'seed.mjs'],
  readyPath: '/ready',
  image: { context: '.', dockerfile: 'Dockerfile', port: 8080 },
  variants: { default: 'plain', by: { plain: { VARIANT: 'plain' }, other: { VARIANT: 'other' } } },
  logsToFile: true,
  readyTimeoutMs: 20_000,
}

describe.each([
  { kind: 'processes', boot: bootProcesses, skipped: false },
  { kind: 'containers', boot: bootContainers, skipped: withoutEngine },
] as const)('the $kind stack', { timeout: 60_000 }, ({ kind, boot, skipped }) => {
  test.skipIf(skipped)('boots a seeded database and the application, watches it, stops it, and leaves nothing', async () => {
    await using run = await bootIn(kind, boot, target)
    const { stack, dir, owned, signal } = run
    await stack.seed(signal)
    const app = await stack.startApp(signal)

    const answer = await fetch(`${app.baseUrl}/hello`, { signal })
    expect(await answer.json()).toEqual({ seeded: 42, variant: 'other', run: run.id })

    await using admin = await connect(stack.database.adminUri)
    await using application = await connect(stack.database.appUri)
    expect(await superuser(admin)).toBe('on')
    expect(await superuser(application)).toBe('off')
    const settings = await admin.query("SELECT pg_current_logfile('jsonlog') AS log, current_setting('track_activity_query_size') AS size, current_setting('superuser_reserved_connections') AS reserved")
    expect(settings.rows[0]).toMatchObject({ log: expect.stringContaining('server.json'), size: '16kB', reserved: '3' })

    // The strongest attribution there is: the session's client port is a socket of a process that the agent sees.
    const { rows } = await admin.query<{ client_port: number }>("SELECT client_port FROM pg_stat_activity WHERE application_name = 'fixture'")
    const { processes, mainProcess, counters } = await stack.agent.ask({ ask: 'look' }, signal)
    const server = processes.find(({ id }) => id === mainProcess)
    expect(server?.command).toContain('server.mjs')
    expect(server?.databasePorts).toEqual(rows.map((row) => row.client_port))
    expect(counters['app.processes']).toBe(1)
    expect(processes).toHaveLength(1)

    expect(await app.logTail(1)).toEqual(['GET /hello'])
    expect(await app.logTail(5, 'listening')).toEqual([expect.stringMatching(/^listening as process \d+$/)])
    expect((await Promise.all(stack.appLogs.map((log) => readFile(log, 'utf8').catch(() => '')))).join('')).toContain('GET /hello')
    expect(app.crashed()).toBeNull()

    const stopStartedMs = performance.now()
    await app.stop(10_000)
    expect(performance.now() - stopStartedMs).toBeLessThan(5_000)
    await expect(fetch(app.baseUrl, { signal })).rejects.toThrow()
    await expect.poll(async () => (await admin.query("SELECT 1 FROM pg_stat_activity WHERE application_name = 'fixture'")).rowCount).toBe(0)
    expect(app.crashed()).toBeNull()

    await Promise.all([admin.end(), application.end()])
    await stack[Symbol.asyncDispose]()
    expect(await findOwned(owned)).toEqual([])
    expect(await readFile(join(dir, 'logs', 'application.log'), 'utf8')).toBe('')
  })

  test.skipIf(skipped)('tells a crash from an end that was asked for', async () => {
    await using run = await bootIn(kind, boot, target)
    await run.stack.seed(run.signal)
    const app = await run.stack.startApp(run.signal)
    await fetch(`${app.baseUrl}/exit`).catch(() => {})
    await expect.poll(app.crashed, { timeout: 5_000 }).toBe('exit code 7')
  })

  test.skipIf(skipped)('says what an application said that ended before it was ready', async () => {
    await using run = await bootIn(kind, boot, { ...target, logsToFile: false, env: { FAILS_AT_BOOT: '1' } })
    const startedMs = performance.now()
    await expect(run.stack.startApp(run.signal)).rejects.toThrow(/"fixture" ended before it was ready: exit code 3\..*\n.*first line of a bad boot\n.*the configuration is missing/)
    expect(performance.now() - startedMs).toBeLessThan(10_000)
    await run.stack[Symbol.asyncDispose]()
    expect(await findOwned(run.owned)).toEqual([])
  })

  test.skipIf(skipped)('says what an application answered that never got ready', async () => {
    await using run = await bootIn(kind, boot, { ...target, readyPath: '/not-ready', readyTimeoutMs: 1_500 })
    await run.stack.seed(run.signal)
    await expect(run.stack.startApp(run.signal)).rejects.toThrow(/"fixture" was not ready at \/not-ready after 1\.5 s: it answered 503\. Its log ends in:\n.*listening as process/)
  })

  test.skipIf(skipped)('says what the seed command said that failed', async () => {
    await using run = await bootIn(kind, boot, { ...target, seed: [process.execPath, '-e', 'console.log("no such table"); process.exit(4)'] })
    await expect(run.stack.seed(run.signal)).rejects.toThrow(/seed command of "fixture" .* ended with exit code 4.*\n.*no such table/)
  })

  test.skipIf(skipped)('leaves nothing when its boot is aborted', async () => {
    const aborting = new AbortController()
    const owned: Owned[] = []
    const booting = bootIn(kind, boot, target, { owned, signal: aborting.signal })
    setTimeout(() => aborting.abort(new Error('interrupted')), 300)
    await expect(booting).rejects.toThrow(/interrupted|aborted/)
    expect(await findOwned(owned)).toEqual([])
  })
})

describe('the containers stack', { timeout: 60_000 }, () => {
  test.skipIf(withoutEngine)('says which line of the Dockerfile failed, even where an older image bears the name', async () => {
    const dockerfile = join(scenarioDir, 'broken.Dockerfile')
    await copyFile(join(fixtures, 'broken.Dockerfile'), dockerfile)
    const booting = bootIn('containers', bootContainers, { ...target, image: { context: '.', dockerfile: 'broken.Dockerfile', port: 8080 } })
    await expect(booting).rejects.toThrow(/image of "fixture" could not be built from .*broken\.Dockerfile: .*returned a non-zero code: 9/)
  })

  test.skipIf(withoutEngine)('says what is missing in a target without an image', async () => {
    const { image, ...commandOnly } = target
    expect(image).toBeDefined()
    await expect(bootIn('containers', bootContainers, commandOnly)).rejects.toThrow('The target "fixture" has no image')
  })
})

type Boot = typeof bootContainers
type Run = AsyncDisposable & { readonly stack: Stack; readonly id: string; readonly dir: string; readonly owned: readonly Owned[]; readonly signal: AbortSignal }

async function bootIn(kind: string, boot: Boot, target: Target, { owned = [], signal = AbortSignal.timeout(50_000) }: { owned?: Owned[]; signal?: AbortSignal } = {}): Promise<Run> {
  await using made = new AsyncDisposableStack()
  const dir = await mkdtemp(join(tmpdir(), 'lowtide-test-run-'))
  made.defer(() => rm(dir, { recursive: true, force: true }))
  const id = `test-${kind}-${crypto.randomUUID().slice(0, 8)}`
  const stack = made.use(await boot({ target, variant: 'other', scenarioDir, run: id, dir, own: (thing) => owned.push(thing), say: () => {}, signal }))
  const everything = made.move()
  return { stack, id, dir, owned, signal, [Symbol.asyncDispose]: () => everything.disposeAsync() }
}

async function connect(uri: string) {
  const client = new pg.Client({ connectionString: uri, application_name: 'contract-test' })
  await client.connect()
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end().catch(() => {}) })
}

const superuser = async (client: pg.Client) => (await client.query<{ is_superuser: string }>('SHOW is_superuser')).rows[0]?.is_superuser
