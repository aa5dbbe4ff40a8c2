import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Plan, Route } from '../scenario/scenario.ts'
import { counterNames } from '../timeline/counters.ts'
import type { Entry } from '../timeline/entry.ts'
import type { Findings } from '../verdict/verdict.ts'
import type { Thresholds } from './thresholds.ts'

const launcher = join(import.meta.dirname, '../lowtide.mjs')
let dir = ''
beforeAll(() => void (dir = mkdtempSync(join(tmpdir(), 'thresholds-test-'))))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

type Said = { readonly code: number; readonly stdout: string; readonly stderr: string }

const lowtide = (...args: string[]): Promise<Said> =>
  new Promise((resolve) => execFile(process.execPath, [launcher, ...args], { maxBuffer: 1 << 26 }, (error, stdout, stderr) => resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr })))

const quickAndSlow: readonly Route[] = [{ name: 'quick', path: '/quick', weight: 3 }, { name: 'slow', path: '/slow' }]

/** A run of the fixture on the processes stack, with its exit code, what it said, and what is in its folder. */
async function run(name: string, thresholds: Thresholds, { routes = quickAndSlow, plan = {} }: { readonly routes?: readonly Route[]; readonly plan?: Partial<Plan> } = {}) {
  const file = join(dir, `${name}.mjs`)
  const target = { name: 'slow', command: [process.execPath, join(import.meta.dirname, 'fixtures/slow.ts')], readyPath: '/ready', limits: { poolMaxPerProcess: 1, workers: 1, transactionMs: 3_000 } }
  writeFileSync(file, `export default ${JSON.stringify({ name, target, load: { kind: 'routes', routes }, thresholds, profiles: { repro: plan } })}`)
  const said = await lowtide('run', file, '--stack', 'processes', '--profile', 'repro', '--reports', join(dir, 'reports'), '--json')
  expect(said.stdout, said.stderr).not.toBe('')
  const findings = JSON.parse(said.stdout) as Findings & { readonly dir: string }
  const entries = readFileSync(join(findings.dir, 'timeline.ndjson'), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as Entry)
  return { ...said, findings, entries, of: (metric: string) => findings.findings.filter(({ invariant, threshold }) => threshold && invariant.startsWith(metric)) }
}

test('a crossed threshold is no leak: exit code 4, the same from the files alone, and in every report', async () => {
  const { code, stderr, findings, entries, of } = await run('crossed', { 'http_req_duration{route:slow}': ['p(95)<100', 'min>150'], 'http_req_duration{route:quick}': ['med<100'] })
  expect([code, findings.verdict]).toEqual([4, 'crossed'])
  expect(of('http_req_duration{route:slow}').map(({ kind }) => kind)).toEqual(['crossed', 'pass'])
  expect(of('http_req_duration{route:quick}')).toMatchObject([{ kind: 'pass' }])
  expect(findings.dose.leftBehind).toBe(0)
  expect(stderr).toMatch(/threshold crossed so far: http_req_duration\{route:slow\}: p\(95\)<100: p\(95\) was 2\d\d/)
  expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/^THRESHOLD CROSSED {2}\d+ requests, 0 left behind/)

  const again = await lowtide('judge', findings.dir, '--json')
  expect(again.code).toBe(4)
  expect(`${JSON.stringify(JSON.parse(again.stdout), null, 2)}\n`).toBe(readFileSync(join(findings.dir, 'findings.json'), 'utf8'))
  for (const [file, text] of [['report.md', '## Thresholds crossed'], ['report.html', 'THRESHOLD CROSSED'], ['junit.xml', '<failure type="threshold"']] as const) expect(readFileSync(join(findings.dir, file), 'utf8')).toContain(text)
  // Whatever a beat carries can have a threshold.
  const carried = new Set(entries.flatMap((entry) => (entry.kind === 'beat' ? Object.keys(entry.counters) : [])))
  expect(carried.size).toBeGreaterThan(30)
  expect([...carried].filter((name) => !counterNames.includes(name))).toEqual([])
}, 180_000)

test('thresholds that hold pass with their figures', async () => {
  const { code, findings, of } = await run('held', { http_req_duration: ['p(99)<2000', 'avg<1000', 'max<5000 over 1s'], http_req_failed: ['rate<0.01'], checks: ['rate>0.99'], http_reqs: ['count>20', 'rate>1'], 'pg.backends': ['value<50', 'value<20 for 2s'], 'app.rss-bytes': ['value<1000000000'] })
  expect(findings.findings.filter(({ threshold, kind }) => threshold && kind !== 'pass')).toEqual([])
  expect([code, findings.verdict]).toEqual([0, 'pass'])
  expect(of('http_reqs')[0]?.sentence).toMatch(/^count was \d+ over \d+ requests$/)
  expect(of('pg.backends')[0]?.sentence).toMatch(/^\d+ at worst, in \d+ readings$/)
}, 180_000)

test('a threshold without data is not held: the run is inconclusive, and names it', async () => {
  const { code, findings, of } = await run('no-data', { 'http_req_duration{route:never}': ['p(95)<500'], http_reqs: ['count>1'] }, { routes: [...quickAndSlow, { name: 'never', path: '/never', weight: 0.000_001 }] })
  expect([code, findings.verdict]).toEqual([2, 'inconclusive'])
  expect(findings.headline).toMatch(/no request of route "never"/)
  expect(of('http_req_duration')).toMatchObject([{ kind: 'inconclusive' }])
  expect(of('http_reqs')).toMatchObject([{ kind: 'pass' }])
}, 180_000)

test('a leak stays one, with the crossed threshold told beside it', async () => {
  const { code, stderr, findings, of } = await run('leak-and-crossed', { 'http_req_duration{route:slow}': ['avg<100'] }, { routes: [...quickAndSlow, { name: 'forget', path: '/forget', weight: 0.3 }], plan: { stopsAt: 'sure' } })
  expect([code, findings.verdict]).toEqual([1, 'leak'])
  expect(findings.headline).toMatch(/left behind.*; 1 threshold crossed$/)
  expect(of('http_req_duration')).toMatchObject([{ kind: 'crossed' }])
  expect(stderr).toMatch(/^ {2}crossed {2}http_req_duration\{route:slow\}: avg<100: avg was 2\d\d/m)
}, 180_000)

test('one that is to end the load ends it, says so, and what comes after is still judged', async () => {
  const { code, stderr, findings, entries } = await run('abort', { http_req_duration: [{ threshold: 'max<100', abortOnFail: true, delayAbortEval: '1s' }] }, { routes: [{ name: 'slow', path: '/slow' }], plan: { dose: 120, budgetMs: 120_000 } })
  expect([code, findings.verdict, findings.endedEarly]).toEqual([4, 'crossed', 'threshold crossed'])
  expect(stderr).toMatch(/threshold crossed, the load ends here: http_req_duration: max<100: max was 2\d\d/)
  const measured = entries.filter((entry) => entry.kind === 'dose').filter(({ role, planned }) => role === 'measured' && planned > 0)
  expect(measured).toHaveLength(1)
  expect(measured[0]?.counted).toBeLessThan(measured[0]?.planned ?? 0)
  expect(findings.findings).toEqual(expect.arrayContaining([expect.objectContaining({ invariant: 'the planted leak was found', kind: 'pass' })]))
}, 180_000)
