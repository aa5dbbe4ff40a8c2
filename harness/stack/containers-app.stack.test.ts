import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startAppContainer } from './containers-app.ts'
import { removeByLabel } from './containers-clean.ts'
import { openSite } from './containers-site.ts'
import { findEngine } from './engine.ts'

const engine = await findEngine()
// In CI a skipped containers test is a failure: there the engine is required, and boot says why there is none.
const withoutEngine = engine.kind === 'none' && process.env.LOWTIDE_REQUIRE_ENGINE !== '1'

test.skipIf(withoutEngine)('a disk that takes no more of an application’s output does not end this process, and how the application ended is told all the same', { timeout: 60_000 }, async () => {
  await using made = new AsyncDisposableStack()
  const dir = await mkdtemp(join(tmpdir(), 'containers-app-test-'))
  made.defer(() => rm(dir, { recursive: true, force: true }))
  await mkdir(join(dir, 'logs'))
  await symlink('/dev/full', join(dir, 'logs', 'application.log'))
  const run = `containers-app-test-${crypto.randomUUID().slice(0, 8)}`
  made.defer(async () => void (await removeByLabel(run)))
  const site = await openSite(run, dir, () => {}, AbortSignal.timeout(50_000))
  // Without a password it says so, and ends.
  const app = await startAppContainer(site, { name: site.nameOf('application'), image: 'postgres:18', port: 8080, env: {} })
  await expect.poll(app.crashed, { timeout: 20_000 }).toBe('exit code 1')
})
