import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { judgeRecording } from './conclude.ts'
import { soak } from './index.ts'
import './vitest.ts'

const scenario = join(import.meta.dirname, '../scenarios/timeline-soak.ts')
let reports = ''
beforeAll(async () => void (reports = await mkdtemp(join(tmpdir(), 'soak-test-'))))
afterAll(() => rm(reports, { recursive: true, force: true }))

const quick = () => ({ stack: 'processes', profile: 'repro', reports } as const)

test('the healthy tracker returns to baseline', async () => {
  expect(await soak(scenario, quick())).toReturnToBaseline()
}, 120_000)

test('the tracker of 2006 does not, and its hung pairs are told with their requests', async () => {
  const run = await soak(scenario, { ...quick(), variant: 'as-shipped' })
  expect(run.findings.verdict).toBe('leak')
  expect(run.findings.hangs.length).toBeGreaterThan(0)
  for (const { process, session, url, lastLogLine } of run.findings.hangs.slice(0, 3)) {
    expect(process).toMatchObject({ state: 'S', waitChannel: expect.stringMatching(/^futex/) })
    expect(session).toMatchObject({ state: 'idle in transaction' })
    expect(url).toMatch(/timeline/)
    expect(lastLogLine).toMatch(/timeline: \w+$/)
  }
  expect(() => expect(run).toReturnToBaseline()).toThrow(/idle in transaction/)
  // From the files alone, the same verdict to the byte.
  expect(await readFile(join(run.dir, 'findings.json'), 'utf8')).toBe(`${JSON.stringify((await judgeRecording(run.dir)).findings, null, 2)}\n`)
}, 120_000)
