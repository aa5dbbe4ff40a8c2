import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { getContainerRuntimeClient } from 'testcontainers'
import { expect, test } from 'vitest'
import { bundle } from '../stack/bundle.ts'
import { bootContainers } from '../stack/containers.ts'
import { findEngine } from '../stack/engine.ts'
import type { Control } from '../timeline/entry.ts'
import { plantControl } from './plant.ts'

const engine = await findEngine()
// In CI a skipped containers test is a failure: there the engine is required, and boot says why there is none.
const withoutEngine = engine.kind === 'none' && process.env.LOWTIDE_REQUIRE_ENGINE !== '1'
const fixtures = fileURLToPath(new URL('../stack/fixtures/app/', import.meta.url))

/** The planter runs beside the application and not in its container: what it leaves must lie where the application's own would, or finding it proves nothing. */
test.skipIf(withoutEngine)('in containers what is planted lies in the namespaces of the application: processes, threads, sockets, shared memory', { timeout: 90_000 }, async () => {
  await using made = new AsyncDisposableStack()
  const dir = await mkdtemp(join(tmpdir(), 'plant-containers-test-'))
  made.defer(() => rm(dir, { recursive: true, force: true }))
  for (const name of ['server', 'seed']) await bundle(join(fixtures, `${name}.ts`), join(dir, `${name}.mjs`))
  await copyFile(join(fixtures, 'Dockerfile'), join(dir, 'Dockerfile'))
  const signal = AbortSignal.timeout(80_000)
  const run = `plant-test-${crypto.randomUUID().slice(0, 8)}`
  const target = { name: 'fixture', command: [process.execPath, 'server.mjs'], seed: [process.execPath, 'seed.mjs'], readyPath: '/ready', image: { context: '.', dockerfile: 'Dockerfile', port: 8080 }, logsToFile: true, readyTimeoutMs: 20_000 }
  const stack = made.use(await bootContainers({ target, variant: null, scenarioDir: dir, run, dir, own: () => {}, say: () => {}, signal }))
  await stack.seed(signal)
  await stack.startApp(signal)
  const look = () => stack.agent.ask({ ask: 'look' }, signal)
  const { counters: before } = await look()

  const recorded: Control[] = []
  {
    await using _planted = await plantControl({ stack, dir, record: (control) => recorded.push(control), signal })
    const [{ planted } = {} as Control] = recorded
    const { counters, processes } = await look()
    const planter = processes.find(({ pid }) => pid === planted.planterPid)
    expect(planter).toMatchObject({ control: 'planted', threads: planted.planterThreads, closeWait: 1, descriptorTargets: { [planted.descriptorTarget ?? '']: 5 } })
    expect(planted).toMatchObject({ threads: 3, orphanSockets: 1, temporaryFiles: 1, queryPids: { length: 1 }, endedPids: { length: 1 }, sharedMemoryBytes: 65_536, sharedSegments: 1 })
    expect(counters).toMatchObject({ 'harness.orphan-sockets': 1, 'harness.shm-bytes': planted.sharedMemoryBytes, 'harness.sysv-segments': 1 })
    for (const name of ['app.orphan-sockets', 'app.shm-bytes', 'app.sysv-segments', 'app.sysv-bytes']) expect([name, counters[name]]).toEqual([name, before[name]])
  }
  // The planted segment has gone, and a segment of the application is seen as well. Perl makes one, which the image of the fixture has.
  expect((await look()).counters).toMatchObject({ 'app.sysv-segments': 0, 'harness.sysv-segments': 0 })
  const { container: { dockerode } } = await getContainerRuntimeClient()
  const [application] = await dockerode.listContainers({ filters: { name: [`${run}-application`] } })
  const making = await dockerode.getContainer(application?.Id ?? '').exec({ Cmd: ['perl', '-e', 'defined shmget(0, 8192, 01600) or die'] })
  await making.start({ Detach: true })
  await expect.poll(async () => (await look()).counters, { timeout: 10_000 }).toMatchObject({ 'app.sysv-segments': 1, 'app.sysv-bytes': 8_192 })
  const { counters: after, processes } = await look()
  expect(after).toMatchObject({ 'harness.shm-bytes': 0, 'harness.orphan-sockets': 0, 'app.orphan-sockets': before['app.orphan-sockets'] })
  expect(processes.filter(({ control }) => control !== null)).toEqual([])
})
