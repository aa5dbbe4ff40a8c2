import { expect, test } from 'vitest'
import { hungRequest, type Run, startOf, timelineOf } from '../testing/timeline-of.ts'
import { judge } from './judge.ts'
import { loadInvariants } from './load-invariants.ts'

const invariants = await loadInvariants()
const judged = (run: Run) => judge(timelineOf(run), invariants)

test('a healthy run passes, and says what the pass is worth', () => {
  expect(judged({})).toMatchObject({
    verdict: 'pass',
    headline: '0 left behind in 280 requests: fewer than 11 per 1,000 at 95 %; 60 distinct URLs: fewer than 5.0 % at 95 %',
    heal: 'none',
    hangs: [],
    dose: { planned: 280, counted: 280, distinctUrls: 60, leftBehind: 0 },
  })
})

test('a hung request is a leak, listed with its process, its session, its URL and its last log line', () => {
  const findings = judged({
    beings: hungRequest({ cycle: 5, pid: 3_216 }),
    also: [{ atMs: startOf(5) + 9_000, kind: 'evidence', members: [`3216@${(startOf(5) + 2_000) / 10}`], file: 'forensics/cluster-1.md', lastLogLine: 'timeline: ticket' }],
  })
  expect(findings).toMatchObject({
    verdict: 'leak',
    heal: 'permanent',
    dose: { leftBehind: 1 },
    hangs: [{ process: { pid: 3_216 }, session: { pid: 3_217, state: 'idle in transaction' }, url: '/edge/timeline?daysback=90&n=3216', lastLogLine: 'timeline: ticket', evidence: 'forensics/cluster-1.md', bornIn: 5 }],
  })
  expect(findings.headline).toBe(
    '1 left behind in 280 requests: 3.6 per 1,000 (95 %: 0.090 to 20), permanent: 1 request process outlived its request: still there 54 s after the load (and 1 more finding)',
  )
})
