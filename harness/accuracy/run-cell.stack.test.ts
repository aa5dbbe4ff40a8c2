import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import killAgent from '../faults/kill-agent.ts'
import type { Cell } from './cells.ts'
import { judgeAgain } from './judge-again.ts'
import type { Housed } from './load-zoo.ts'
import { runCell } from './run-cell.ts'

let reports = ''
beforeAll(async () => void (reports = await mkdtemp(join(tmpdir(), 'cell-test-'))))
afterAll(() => rm(reports, { recursive: true, force: true }))

/** A page of Node that opens a transaction for some of its requests and never ends it, or does. */
const exhibit: Housed = {
  id: 'L00-node',
  title: 'a transaction that is never ended',
  source: 'a test',
  stack: 'node, pg',
  trigger: 'forget',
  expected: { verdict: 'leak', by: ['no transaction outlives its request'], heal: 'permanent', route: 'forget' },
  dir: import.meta.dirname,
  scenario: {
    name: 'forgetful',
    target: {
      name: 'forgetful',
      command: [process.execPath, 'fixtures/forgetful.ts'],
      readyPath: '/ready',
      limits: { poolMaxPerProcess: 1, workers: 1, transactionMs: 3_000 },
      variants: { default: 'forgets', by: { forgets: {}, mended: { MENDED: '1' } } },
    },
    load: { kind: 'routes', routes: [{ name: 'ready', path: '/ready', weight: 9 }, { name: 'forget', path: '/forget' }] },
  },
}

const run = (differences: Partial<Cell>, records: string | null = null) => runCell({ exhibit, variant: 'forgets', rate: 0.05, requests: 80, repeat: 0, mended: false, fault: null, ...differences }, { reports, records, git: 'test', signal: AbortSignal.timeout(100_000) })

test('a leak is found for its declared reason, and dated; its record is thrown away', async () => {
  expect(await run({})).toMatchObject({
    outcome: 'judged',
    verdict: 'leak',
    by: expect.arrayContaining(['no transaction outlives its request']),
    heal: 'permanent',
    detection: { afterS: expect.any(Number), afterRequests: expect.any(Number) },
    naive: { 'oldest transaction': expect.any(Boolean), 'Mann-Kendall': expect.any(Boolean) },
  })
  expect(await readdir(reports)).toEqual([])
})

test('a record that is kept can be judged again, without its run', async () => {
  const records = await mkdtemp(join(tmpdir(), 'cell-records-'))
  onTestFinished(() => rm(records, { recursive: true, force: true }))
  const first = await run({}, records)
  expect(await readdir(reports)).toEqual([])
  expect(await judgeAgain(first, { records, git: 'later' })).toEqual({ ...first, judgedBy: 'later' })
  expect(await judgeAgain({ ...first, key: 'of another run' }, { records, git: 'later' })).not.toHaveProperty('judgedBy')
})

test('its healthy twin passes', async () => {
  expect(await run({ variant: 'mended', mended: true })).toMatchObject({ verdict: 'pass', expected: { verdict: 'pass' }, detection: null })
})

test('the healthy twin with its agent killed is neither blamed nor passed', async () => {
  expect(await run({ variant: 'mended', fault: killAgent })).toMatchObject({ verdict: 'inconclusive', expected: { verdict: 'inconclusive' }, fault: 'kill-agent' })
})

test('an application that does not start is a failed cell, and no verdict', async () => {
  const { target } = exhibit.scenario
  expect(await run({ exhibit: { ...exhibit, scenario: { ...exhibit.scenario, target: { ...target, command: [process.execPath, '-e', 'process.exit(3)'] } } } })).toMatchObject({ outcome: 'failed', error: expect.stringContaining('ended before it was ready') })
})
