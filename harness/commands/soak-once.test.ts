import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Load } from '../scenario/scenario.ts'
import { entriesOf, factsOf, hungRequest, type Run } from '../testing/timeline-of.ts'
import { concluded, expectedPhases } from './soak-once.ts'

let dir = ''
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'soak-once-test-'))))
afterEach(() => rmSync(dir, { recursive: true, force: true }))

/** The exit code of a run with this record, and what it said. */
async function told(run: Run): Promise<readonly [code: number, said: string, faults: string]> {
  writeFileSync(join(dir, 'run.json'), JSON.stringify(factsOf(run)))
  writeFileSync(join(dir, 'timeline.ndjson'), entriesOf(run).map((entry) => `${JSON.stringify(entry)}\n`).join(''))
  let [said, faults] = ['', '']
  using _stdout = vi.spyOn(process.stdout, 'write').mockImplementation((text) => (said += String(text)) !== '')
  using _stderr = vi.spyOn(process.stderr, 'write').mockImplementation((text) => (faults += String(text)) !== '')
  const { exitCode } = await concluded({ how: 'completed', dir }, { stdout: process.stdout, stderr: process.stderr, signal: AbortSignal.timeout(10_000) }, process.stdout)
  return [exitCode, said, faults]
}

const leaking: Run = { beings: hungRequest({ cycle: 4 }) }

test.each<[verdict: string, run: Run, code: number, codeUnwritten: number]>([
  ['PASS', {}, 0, 3],
  ['LEAK', leaking, 1, 1],
  ['INCONCLUSIVE', { controls: 'none' }, 2, 2],
])('a %s whose reports cannot be written is told all the same, and only a success is none', async (verdict, run, code, codeUnwritten) => {
  expect(await told(run)).toEqual([code, expect.stringMatching(new RegExp(`^${verdict} `)), ''])
  rmSync(join(dir, 'report.html'))
  mkdirSync(join(dir, 'report.html'))
  const [exitCode, said, faults] = await told(run)
  expect([exitCode, said]).toEqual([codeUnwritten, expect.stringMatching(new RegExp(`^${verdict} [^]*\n${verdict}  .*  ${dir}\n$`))])
  expect(faults).toMatch(/^report\.html was not written to .*: EISDIR.*\n.*lowtide report .*\n$/)
})

test('a measured cycle is expected to last as long as its users take to come, where that is longer than its share of the budget; all else lasts the same', () => {
  const expected = (rampMs: number) => expectedPhases({ budgetMs: 120_000 }, { kind: 'routes', routes: [{ name: 'home', path: '/' }], rampMs } satisfies Load)
  const cyclesOf = (phases: ReturnType<typeof expected>) => phases.flatMap(({ phase, expectedMs }) => (phase === 'cycle' ? [expectedMs] : []))
  expect([0, 5_000, 20_000].map((rampMs) => cyclesOf(expected(rampMs)))).toEqual([9_600, 9_600, 20_000].map((ms) => Array(5).fill(ms)))
  expect(expected(20_000).filter(({ phase }) => phase !== 'cycle')).toEqual(expected(0).filter(({ phase }) => phase !== 'cycle'))
})
