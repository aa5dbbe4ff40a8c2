import { expect, test } from 'vitest'
import type { Dose } from '../timeline/entry.ts'
import { brokenLoads } from './broken-loads.ts'

const dose = (cycle: number, generator: Dose['generator']): Dose => ({ kind: 'dose', cycle, role: 'measured', planned: 1, counted: 1, unexpected: 0, timedOut: 0, broken: 0, dropped: 0, newUrls: 0, peakInFlight: 1, generator })
const broken = (tail: string) => ({ kind: 'broken', exitCode: 108, tail }) as const

test.each([
  ['k6 was killed by SIGTERM', 'k6 was killed by SIGTERM'],
  ['all 9 requests were refused: is the application there?\nRequest Failed: EOF', 'all 9 requests were refused: is the application there? Request Failed: EOF'],
  ['k6 ended with exit code 2: it crashed\nRequest Failed: Get "/x": EOF\nfatal error: out of memory', 'k6 ended with exit code 2: it crashed: fatal error: out of memory'],
  ['k6 ended with exit code 108: it threw\ntest aborted: visit 3 ("x") of the journey threw: Error: no page 3\n\tat request (file:///j.ts:3:87(7))\n at file:///k.ts:86:103(119)', 'k6 ended with exit code 108: it threw: test aborted: visit 3 ("x") of the journey threw: Error: no page 3 at request (file:///j.ts:3:87(7))'],
])('%j is told in one line', (tail, cause) => {
  expect(brokenLoads([dose(3, { kind: 'completed' }), dose(4, broken(tail)), dose(5, broken('another'))])).toEqual({ cycles: [4, 5], cause })
})

test('none broke', () => expect(brokenLoads([dose(3, { kind: 'completed' })])).toBe(null))
