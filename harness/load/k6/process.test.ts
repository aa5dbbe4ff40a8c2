import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { environment, launchK6 } from './process.ts'
import type { LoadPlan } from '../journey/plan.ts'

const plan: LoadPlan = { dose: 1, concurrency: 1, seed: 1, cycle: 0, firstRequest: 0, baseUrl: 'http://app.test:8080', requestTimeoutMs: 1_000, thinkScale: 1 }

afterEach(() => vi.unstubAllEnvs())

test('k6 takes neither its settings nor a proxy from the environment, and carries its run', () => {
  for (const [name, value] of [['K6_VUS', '7'], ['NO_PROXY', 'db.test'], ['SHOP', 'open']] as const) vi.stubEnv(name, value)
  expect(environment('a-run', plan)).toMatchObject({ NO_PROXY: 'db.test,app.test', SHOP: 'open', LOWTIDE_OWNER: 'a-run' })
  expect(environment('a-run', plan)).not.toHaveProperty('K6_VUS')
})

test('k6 collects its garbage a quarter as often, within half of the memory for all of a load, unless the user says otherwise', () => {
  const { GOGC, GOMEMLIMIT } = environment('a-run', plan)
  expect(GOGC).toBe('400')
  expect(Number(GOMEMLIMIT)).toBeGreaterThan(1e6)
  expect(Number(GOMEMLIMIT)).toBeLessThanOrEqual(totalmem() / 2)
  expect(Number(environment('a-run', plan, 4)['GOMEMLIMIT'])).toBeCloseTo(Number(GOMEMLIMIT) / 4, -1)
  vi.stubEnv('GOGC', '50')
  expect(environment('a-run', plan)).toMatchObject({ GOGC: '50', GOMEMLIMIT })
})

test('a k6 that cannot be started, as one that was removed from the cache, is told with what the system said', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'k6-process-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  const k6 = { version: '2.2.0', how: 'cache', command: [join(dir, 'k6')], output: 'csv' } as const
  const bundle = { script: '/dev/null', folder: dir, requestTimeoutMs: 1_000, model: {} }
  const { notReady, ended } = await launchK6({ k6, bundle, plan, segment: { nth: 0, of: 1 }, run: 'a-run', dir, readyTimeoutMs: 5_000, signal: AbortSignal.timeout(10_000) })
  const said = `k6 could not be started: spawn ${dir}/k6 ENOENT`
  expect(notReady).toBe(said)
  expect(await ended).toEqual({ exitCode: null, trouble: said, tail: '' })
})
