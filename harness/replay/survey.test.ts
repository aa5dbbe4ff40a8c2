import { expect, test } from 'vitest'
import type { Rules } from './arrivals.ts'
import type { Logged, Read, Unread } from './logged.ts'
import { surveyOf } from './survey.ts'

const rules: Rules = { methods: ['GET'], expect: 'class' }
const logged = (line: number, atMs: number, more: Partial<Logged> = {}): Logged => ({ kind: 'logged', line, atMs, method: 'GET', host: null, path: '/a/1', status: 200, ...more })
const unread = (line: number): Unread => ({ kind: 'unread', reason: 'not in the format of this log', line, text: `line ${line}` })
const survey = (reads: readonly Read[]) => surveyOf((async function* () { yield reads })(), { format: 'combined', rules })

test('each line is either replayable or skipped by its reason, of which the first is quoted', async () => {
  const found = await survey([logged(1, 5_000), unread(2), logged(3, 1_000, { method: 'POST', path: '/b' }), unread(4), logged(6, 9_000, { status: 404 })])
  expect(found).toMatchObject({
    lines: 5,
    replayable: 2,
    span: { fromMs: 5_000, toMs: 9_000 },
    skipped: [
      { reason: 'not in the format of this log', lines: 2, first: { line: 2, text: 'line 2' } },
      { reason: 'changes things, and logs hold no bodies: not among the methods to replay', lines: 1, first: { line: 3, text: 'POST /b' } },
    ],
    backwards: 0,
  })
  expect([...found.methods, ...found.expected]).toEqual([['GET', 2], ['POST', 1], ['2xx', 1], ['4xx', 1]])
})

test('a log with nothing to replay says so', async () => {
  expect(await survey([unread(1)])).toMatchObject({ replayable: 0, span: null, rate: { counts: [] } })
})

test('the chart has as many columns as one can see, for an hour, for a year, and for a line that is centuries off', async () => {
  for (const [every, many] of [[1_000, 3_600], [60_000, 525_600]] as const) {
    const { rate } = await survey(Array.from({ length: many }, (_, n) => logged(n, n * every)))
    expect(rate.counts.length).toBeGreaterThan(30)
    expect(rate.counts.length).toBeLessThanOrEqual(72)
    expect(rate.counts.reduce((sum, one) => sum + one, 0)).toBe(many)
  }
  const { rate } = await survey([logged(1, 0), logged(2, 1e13)])
  expect(rate.counts.length).toBeLessThanOrEqual(72)
})

test('files put together in the wrong order are told', async () => {
  expect(await survey([logged(1, 200_000), logged(2, 100_000), logged(3, 150_000)])).toMatchObject({ backwards: 1 })
})
