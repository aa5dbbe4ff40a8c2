import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { soak } from '../index.ts'
import { profiles } from '../scenario/profiles.ts'
import type { Plan, Scenario } from '../scenario/scenario.ts'
import type { Entry } from '../timeline/entry.ts'
import { baselineCycles, baselineDose, loadsUntilMs } from './dose.ts'

let reports = ''
beforeAll(async () => void (reports = await mkdtemp(join(tmpdir(), 'time-over-test-'))))
afterAll(() => rm(reports, { recursive: true, force: true }))

/** Of a budget so small the doses are the least that there are: as many as ask at once. */
const plan = { ...profiles.gate, budgetMs: 20_000, settleMs: 2_000 } satisfies Plan
const requestTimeoutMs = 5_000
/** And three by which the harness finds that the page reads no table. */
const untilMeasured = 2 * 2 * plan.concurrency + baselineCycles * baselineDose(plan.concurrency, plan.concurrency) + 3

const scenario: Scenario = {
  name: 'answers-no-more',
  target: { name: 'answers-no-more', command: [process.execPath, join(import.meta.dirname, 'fixtures/answers-no-more.ts')], env: { ANSWERS: String(untilMeasured) }, readyPath: '/ready', limits: { poolMaxPerProcess: 1, workers: 1 } },
  load: { kind: 'routes', requestTimeoutMs, routes: [{ name: 'page', path: '/page' }] },
}

test('of an application that answers no more the load ends at half the budget beyond it, which the run says, and which is no pass', async () => {
  const said: string[] = []
  const { dir, findings } = await soak(scenario, { stack: 'processes', profile: 'gate', plan, reports, say: (line) => said.push(line) })
  expect(findings.verdict).toBe('inconclusive')
  expect(findings.findings.find(({ invariant }) => invariant === 'the dose was delivered')).toMatchObject({ kind: 'inconclusive', sentence: expect.stringMatching(/^the run's time was over in measured cycle [1-5] of 5, after \d+ counted requests: the application answers far slower than in its warm-up, or no more/) })
  expect(said).toContainEqual(expect.stringMatching(/^the run has loaded for \d+ s, where its budget is 20 s in all: its load ends here$/))

  const entries = (await readFile(join(dir, 'timeline.ndjson'), 'utf8')).trimEnd().split('\n').map((line) => JSON.parse(line) as Entry)
  const doses = entries.filter((entry) => entry.kind === 'dose')
  expect(doses.slice(0, 2 + baselineCycles).map(({ planned, counted }) => counted - planned)).toEqual(Array(2 + baselineCycles).fill(0))
  expect(doses.at(-1)).toMatchObject({ role: 'measured', counted: 0 })
  // The load that is on is cut; one that has just ended takes the time to come to rest with it.
  expect(doses.at(-1)!.atMs).toBeLessThan(loadsUntilMs(plan) + 5_000)
  expect(entries.at(-1)).toMatchObject({ kind: 'end', how: 'completed', early: 'time over' })
}, 180_000)
