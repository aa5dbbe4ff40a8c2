import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { soak } from '../../harness/index.ts'
import '../../harness/vitest.ts'

const scenario = join(import.meta.dirname, '../../scenarios/shop.ts')
let reports = ''
beforeAll(async () => void (reports = await mkdtemp(join(tmpdir(), 'foreign-test-'))))
afterAll(() => rm(reports, { recursive: true, force: true }))

const quick = () => ({ stack: 'processes', profile: 'repro', reports }) as const

test('the Python that the shop runs under has psycopg2', () => {
  const { status, stderr } = spawnSync(process.env['PYTHON'] ?? 'python3', ['-c', 'import psycopg2'], { encoding: 'utf8' })
  expect(status, `${stderr}\nInstall python3-psycopg2, or set PYTHON to a Python that has it.`).toBe(0)
})

describe('a program in another language', () => {
  test('returns to baseline when it is healthy, its expected failures included', async () => {
    expect(await soak(scenario, quick())).toReturnToBaseline()
  }, 60_000)

  test('is caught with the sessions that its failing requests never gave back', async () => {
    const { findings } = await soak(scenario, { ...quick(), variant: 'release-on-success' })
    expect(findings.verdict).toBe('leak')
    expect(findings.hangs.length).toBeGreaterThan(0)
    for (const { process, session } of findings.hangs) {
      expect(process?.command).toMatch(/shop\.py/)
      expect(session).toMatchObject({ state: 'idle in transaction', query: expect.stringContaining('490') })
    }
  }, 60_000)
})
