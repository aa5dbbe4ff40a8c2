import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { judgeRecording } from './conclude.ts'
import { soak } from './index.ts'
import { findEngine } from './stack/engine.ts'
import './vitest.ts'

const scenario = join(import.meta.dirname, '../scenarios/timeline-soak.ts')
let reports = ''
beforeAll(async () => void (reports = await mkdtemp(join(tmpdir(), 'soak-test-'))))
afterAll(() => rm(reports, { recursive: true, force: true }))

const engine = await findEngine()
/** Where an engine is promised, its absence is a failure and no reason to skip. */
const withoutEngine = engine.kind === 'none' && process.env.LOWTIDE_REQUIRE_ENGINE !== '1'

describe.each([
  { stack: 'processes', skip: false },
  { stack: 'containers', skip: withoutEngine },
] as const)('on the $stack stack', ({ stack, skip }) => {
  const quick = () => ({ stack, profile: 'repro', reports }) as const

  test.skipIf(skip)('the healthy tracker returns to baseline', async () => {
    expect(await soak(scenario, quick())).toReturnToBaseline()
  }, 180_000)

  test.skipIf(skip)('the tracker of 2006 does not, and its hung pairs are told with their requests', async () => {
    const run = await soak(scenario, { ...quick(), variant: 'as-shipped' })
    expect(run.findings.verdict).toBe('leak')
    const hung = run.findings.hangs.filter(({ url }) => url !== null)
    expect(hung.length).toBeGreaterThan(0)
    for (const { process, session, url, lastLogLine } of hung.slice(0, 3)) {
      expect(process).toMatchObject({ state: 'S', waitChannel: expect.stringMatching(/^futex/) })
      expect(session).toMatchObject({ state: 'idle in transaction' })
      expect(url).toMatch(/timeline/)
      expect(lastLogLine).toMatch(/timeline: \w+$/)
    }
    expect(() => expect(run).toReturnToBaseline()).toThrow(/idle in transaction/)
    // From the files alone, the same verdict to the byte.
    expect(await readFile(join(run.dir, 'findings.json'), 'utf8')).toBe(`${JSON.stringify((await judgeRecording(run.dir)).findings, null, 2)}\n`)
  }, 180_000)
})
