import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listByLabel } from '../../stack/containers-clean.ts'
import { findEngine } from '../../stack/engine.ts'
import { openTestGround } from '../fixtures/ground.ts'
import { ownedPids } from '../fixtures/owned-pids.ts'
import { startOn } from '../fixtures/play.ts'
import { startRudeServer } from '../fixtures/rude-server.ts'
import type { K6 } from './binary.ts'

const engine = await findEngine()
// In CI a skipped containers test is a failure: there the engine is required, and boot says why there is none.
const withoutEngine = engine.kind === 'none' && process.env.LOWTIDE_REQUIRE_ENGINE !== '1'

const shared = openTestGround(startRudeServer)

/** Of nothing: k6, which needs nothing, is mounted into it. */
const image = `lowtide-test-${crypto.randomUUID().slice(0, 8)}`
beforeAll(() => void (withoutEngine || execFileSync('sh', ['-c', `tar --create --files-from=/dev/null | docker import - ${image}`])))
afterAll(() => void (withoutEngine || execFileSync('docker', ['rmi', '--force', image])))

const inContainer = (): K6 => ({ ...shared.k6, how: 'image', command: ['docker', 'run', '--rm', '--interactive', '--network=host', `--volume=${shared.k6.command[0]}:/k6:ro`, '--entrypoint=/k6', image] })

const start = async (run: string) => {
  const load = await startOn({ k6: inContainer(), dir: shared.dir, baseUrl: shared.server.url }, { kind: 'routes', routes: [{ name: 'slow', path: '/slow' }], requestTimeoutMs: 10_000 }, { dose: 5_000, concurrency: 4, run })
  await load.begin()
  await expect.poll(load.started, { timeout: 20_000 }).toBeGreaterThan(0)
  expect(await listByLabel(run)).toHaveLength(1)
  // Of k6, not of the engine's client: the engine here may have a machine of its own, as on macOS.
  if (process.platform === 'linux') expect(load.residentBytes()).toBeGreaterThan(0)
  return load
}

test.skipIf(withoutEngine)('a load that is ended before its time has drained only when its container is gone', async () => {
  const run = `ended-${image}`
  const load = await start(run)
  await load[Symbol.asyncDispose]()
  expect(await listByLabel(run)).toEqual([])
})

test.skipIf(withoutEngine)('so has one whose client of the engine was killed, which leaves k6 in its container to itself', async () => {
  const run = `killed-${image}`
  await using load = await start(run)
  process.kill(ownedPids(run)[0]!, 'SIGKILL')
  expect((await load.drained).generator).toMatchObject({ kind: 'broken', tail: expect.stringMatching(/^k6 was killed by SIGKILL/) })
  expect(await listByLabel(run)).toEqual([])
})
