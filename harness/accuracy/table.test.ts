import { expect, test } from 'vitest'
import type { HealClass } from '../verdict/verdict.ts'
import type { CellResult } from './run-cell.ts'
import { accuracyTable } from './table.ts'

const leak = { verdict: 'leak', by: ['no zombie stays'], heal: 'permanent', route: 'fail' } as const
const result = (differences: Partial<Extract<CellResult, { outcome: 'judged' }>>): CellResult => ({
  key: 'L01 leaky 0.01 1000 0',
  at: '2026-11-25T20:00:00.000Z',
  git: 'abcdef0',
  exhibit: 'L01-node',
  title: 'no release on 500',
  stack: 'node, pg',
  variant: 'leaky',
  mended: false,
  fault: null,
  rate: 0.01,
  requests: 1_000,
  expected: leak,
  wallS: 20,
  outcome: 'judged',
  verdict: 'leak',
  by: ['no zombie stays'],
  heal: 'permanent',
  route: 'fail',
  among: ['fail'],
  perRequest: { lower: 0.005, upper: 0.02 },
  counted: 1_000,
  leftBehind: 10,
  detection: { afterS: 9, afterRequests: 300 },
  naive: { 'difference of counts': true },
  headline: '10 left behind',
  ...differences,
})

test('a table counts what was found for a declared reason, what was a false alarm, and what was undecided', () => {
  const text = accuracyTable([
    result({}),
    result({ by: ['no socket stays half closed'], route: null, among: [], detection: { afterS: 9, afterRequests: 1_300 }, naive: { 'difference of counts': false } }),
    result({ verdict: 'inconclusive', detection: null, perRequest: null }),
    result({ exhibit: 'H01-node', title: 'pool fills', expected: { verdict: 'pass' }, rate: null, verdict: 'pass', by: [], heal: 'none', detection: null, naive: { 'difference of counts': true } }),
    result({ exhibit: 'H01-node', title: 'pool fills', expected: { verdict: 'pass' }, rate: null, verdict: 'leak', judgedBy: '1234567' }),
    result({ exhibit: 'H01-node', title: 'pool fills', fault: 'kill-agent', stack: 'a name longer than any other, which must not push its own figures out of the column that all share', expected: { verdict: 'inconclusive' }, verdict: 'inconclusive', detection: null, perRequest: null, naive: {} }),
    { key: 'L09', at: '', git: 'abcdef0 with uncommitted changes', exhibit: 'L09-python', title: 'x', stack: 'python', variant: null, mended: false, fault: null, rate: 0.01, requests: 1_000, expected: leak, wallS: 1, outcome: 'failed', error: 'no python3' },
  ])
  expect(text).toMatchInlineSnapshot(`
    "7 runs of 3 exhibits, 0.0 h of running; 1 could not be made
    revisions that ran them: abcdef0 (6), abcdef0+ (1); that judged them: abcdef0 (5), 1234567 (1); + had uncommitted changes

    found, leaks at 10 per 1,000, 1,000 requests                      1 of 3   33.3 %  (95 %: 0.8 % to 90.6 %)
    false alarms, of the clean runs                                   1 of 2   50.0 %  (95 %: 1.3 % to 98.7 %)
    inconclusive, of the runs that were to be decided                 1 of 5   20.0 %  (95 %: 0.5 % to 71.6 %)
    inconclusive, of the runs with a fault of the harness             1 of 1  100.0 %  (95 %: 2.5 % to 100.0 %)
    requests until a leak was certain                            median 1,300, 95th percentile 1,300 (n = 2)
    seconds until a leak was certain                             median 9.0, 95th percentile 9.0 (n = 2)
    the true rate lies in the interval that was told                  2 of 2  100.0 %  (95 %: 15.8 % to 100.0 %)

    what heals it: declared, then as judged
                           permanent
      permanent                    2

    the route that owns it: declared, then as judged
                          none named   the trigger
      the trigger                  1             1

    on the same records                  leaks found        false alarms
      Lowtide                         2 of 3, 66.7 %      1 of 2, 50.0 %
      difference of counts            2 of 3, 66.7 %     2 of 2, 100.0 %

    exhibit by exhibit: as declared, of all runs
      H01-node    pool fills (node, pg)                                                                                                  1 of 2  1 leak, 1 pass
      H01-node    with kill-agent (a name longer than any other, which must not push its own figures out of the column that all share)   1 of 1  1 inconclusive
      L01-node    no release on 500 (node, pg)                                                                                           1 of 3  1 inconclusive, 2 leak
    failed: L09: no python3"
  `)
})

test('classes of healing stand from the mildest to the worst, those declared beside those judged', () => {
  const healed = (declared: HealClass, judged: HealClass, times: number) => Array.from({ length: times }, () => result({ expected: { ...leak, heal: declared }, heal: judged }))
  const text = accuracyTable([...healed('permanent', 'permanent', 98), ...healed('at collection', 'at collection', 1), ...healed('by time-out', 'on nudge', 1), ...healed('on nudge', 'on nudge', 4), ...healed('by time-out', 'by time-out', 3)])
  expect(text.slice(text.indexOf('what heals it'), text.indexOf('the route that owns it')).trimEnd()).toMatchInlineSnapshot(`
    "what heals it: declared, then as judged
                             on nudge    by time-out  at collection      permanent
      on nudge                      4              0              0              0
      by time-out                   1              3              0              0
      at collection                 0              0              1              0
      permanent                     0              0              0             98"
  `)
})

test('nothing was run: a table says so and makes up no share', () => {
  expect(accuracyTable([])).toMatch(/^0 runs of 0 exhibits[^]*none were run/)
})
