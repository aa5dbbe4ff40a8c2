import { describe, expect, test } from 'vitest'
import { grownAt, growths, leaks, ruleOf } from '../testing/leaks.ts'
import { lookAlikes } from '../testing/look-alikes.ts'
import { type Being, firstMeasured, hungRequest, loadEndOf, openTransaction, process, type Run, server, session, startOf, timelineOf, zombie } from '../testing/timeline-of.ts'
import type { Process } from '../timeline/member.ts'
import { judge } from './judge.ts'
import { loadInvariants } from './load-invariants.ts'
import type { Finding, Invariant, Survivor } from './verdict.ts'

const invariants = await loadInvariants()
const judged = (run: Run) => judge(timelineOf(run), invariants)

test('a healthy run passes, and says what the pass is worth', () => {
  expect(judged({})).toMatchObject({
    verdict: 'pass',
    headline: '0 left behind in 280 requests: fewer than 11 per 1,000 at 95 %; 60 distinct URLs: fewer than 5.0 % at 95 %',
    heal: 'none',
    hangs: [],
    dose: { planned: 280, counted: 280, distinctUrls: 60, leftBehind: 0 },
    next: [],
  })
})

describe('a healthy look-alike is not blamed', () => {
  test.each(Object.entries(lookAlikes))('%s', (_, run) => {
    expect(judged(run)).toMatchObject({ verdict: 'pass' })
  })

  test('H13 a restart of the database is no leak and no pass', () => {
    expect(judged({ beings: [server('cluster', { restartedAtMs: startOf(5) })] })).toMatchObject({ verdict: 'inconclusive', headline: 'cluster restarted during the run: what was left before is gone' })
  })
})

describe('a leak is found, born in any cycle, warm-up and baseline included', () => {
  test.each(Object.entries(leaks).flatMap(([name, leak]) => [0, 2, firstMeasured, 7].map((cycle) => [name, cycle, leak] as const)))('%s, in cycle %i', (name, cycle, leak) => {
    expect(judged(leak(cycle, 0))).toMatchObject({ verdict: 'leak', findings: expect.arrayContaining([expect.objectContaining({ kind: 'leak', invariant: ruleOf[name] })]) })
  })

  test.each(Object.entries(growths))('%s that grow with the dose', (name, growth) => {
    expect(judged(growth(0))).toMatchObject({ verdict: 'leak', findings: expect.arrayContaining([expect.objectContaining({ kind: 'leak', invariant: ruleOf[name] })]) })
  })
})

test('a hung request is listed with its process, its session, its URL, its last log line and its evidence', () => {
  const findings = judged({
    beings: hungRequest({ cycle: 5, pid: 3_216 }),
    also: [{ atMs: startOf(5) + 9_000, kind: 'evidence', members: [`3216@${(startOf(5) + 2_000) / 10}`], file: 'forensics/cluster-1.md', lastLogLine: 'timeline: ticket' }],
  })
  expect(findings).toMatchObject({
    verdict: 'leak',
    headline: '1 left behind in 280 requests: 3.6 per 1,000 (95 %: 0.090 to 20), permanent: 1 request process outlived its request: still there 54 s after the load (and 1 more finding)',
    heal: 'permanent',
    dose: { leftBehind: 1 },
    hangs: [{ process: { pid: 3_216 }, session: { pid: 3_217, state: 'idle in transaction' }, url: '/edge/timeline?daysback=90&n=3216', lastLogLine: 'timeline: ticket', evidence: 'forensics/cluster-1.md', bornIn: 5 }],
    next: ['see it again: lowtide run scenarios/test.ts'],
  })
})

test('of many holders of a session the one that carries the request is shown', () => {
  const [, hung] = hungRequest({ pid: 3_216 })
  const [scriptAfterItsChild] = hungRequest({ pid: 3_216 })
  const beings = [process({ pid: 3_000, databasePorts: [43_216] }), hung, scriptAfterItsChild].filter((being) => being !== undefined)
  expect(judged({ beings }).hangs).toMatchObject([{ process: { pid: 3_216 }, session: { pid: 3_217 } }])
})

test('of two leaks the one that names what stayed is told before the one that names who keeps more by each load', () => {
  const leak = (name: string, kept: Pick<Survivor, 'keptMore'>): Invariant => ({ name, check: () => ({ kind: 'leak', sentence: name, survivors: [{ member: process({ pid: 10 })({ atMs: startOf(7) }) as Process, why: name, bornIn: null, ...kept }] }) })
  const { headline, findings } = judge(timelineOf({ beings: [process({ pid: 10 })] }), [leak('descriptors', { keptMore: [{ cycle: 5, rise: 2 }] }), leak('processes', {})])
  expect(findings.map(({ invariant }) => invariant)).toEqual(['processes', 'descriptors'])
  expect(headline).toMatch(/: processes \(and 1 more finding\)$/)
})

test('hung requests are a leak though the dose was not delivered and nothing came to rest', () => {
  expect(judged({ beings: hungRequest({ cycle: 4 }), delivered: (_, planned) => ({ counted: planned >> 1, timedOut: planned - (planned >> 1) }), unquiet: () => '1 client connections open', controls: 'none' })).toMatchObject({
    verdict: 'leak',
    findings: expect.arrayContaining([expect.objectContaining({ invariant: 'the dose was delivered', kind: 'inconclusive' })]),
  })
})

describe('what is left is counted once', () => {
  const twoHolders: readonly Being[] = [process({ pid: 20, databasePorts: [5_500] }), process({ pid: 21, parentPid: 20, databasePorts: [5_500] }), openTransaction({ pid: 22, clientPort: 5_500, fromMs: startOf(4), relationLocks: 1 })]
  test.each<[string, readonly Being[], number]>([
    ['a process and its session', hungRequest(), 1],
    ['two of them', [...hungRequest({ pid: 100 }), ...hungRequest({ pid: 200 })], 2],
    ['a session with two holders', twoHolders, 1],
    ['a worker with three transactions', [process({ pid: 20, databasePorts: [5_501, 5_502, 5_503] }), ...[1, 2, 3].map((i) => openTransaction({ pid: 30 + i, clientPort: 5_500 + i, fromMs: startOf(4), relationLocks: 1 }))], 3],
    ['two zombies', [zombie({ pid: 1 }), zombie({ pid: 2 })], 2],
    ['two hung requests and their sockets in the front end', [process({ pid: 10, closeWait: 2 }), ...hungRequest({ pid: 100 }), ...hungRequest({ pid: 200 })], 2],
    ['three sockets of a server that never hangs up', [process({ pid: 10, closeWait: 3 })], 3],
    ['a prepared transaction', [() => ({ kind: 'prepared-transaction', id: 'g', owner: 'app', ageMs: 9_000 })], 1],
  ])('%s', (_, beings, expected) => {
    expect(judged({ beings }).dose.leftBehind).toBe(expected)
  })
})

describe('the class of healing', () => {
  const until = (untilMs: number): Run => ({ beings: hungRequest({ cycle: 7, untilMs }) })
  const growing = (of: 'descriptors' | 'threads', afterNudge: number): Run => ({ beings: [(moment) => process({ pid: 60, [of]: moment.atMs < startOf(8) - 2_100 ? 20 + grownAt(moment) : afterNudge })(moment)] })
  const asked = (atMs: number) => ({ kind: 'canary', url: '/login', outcome: 'answered', detail: 'status 200', tookMs: 12, atMs }) as const
  const ended = (atMs: number) => ({ kind: 'server-log', pid: 5, severity: 'FATAL', sqlstate: '25P03', message: 'terminating connection', atMs }) as const
  const collected: NonNullable<Run['also']> = [0, 1, 2].map((i) => ({ ...(timelineOf().looks.at(-1) as NonNullable<ReturnType<typeof timelineOf>['looks'][number]>), reading: 'collected', cycle: 7, atMs: startOf(8) - 400 + i * 100 }))
  test.each<[string, Run, string]>([
    ['nothing to heal', {}, 'none'],
    ['still there at the end', { beings: hungRequest() }, 'permanent'],
    ['gone with the nudge', until(startOf(8) - 2_100), 'on nudge'],
    ['its transaction ended by the nudge, its session still pooled', { beings: [(moment) => (moment.atMs < startOf(8) - 2_100 ? openTransaction({ pid: 1, fromMs: startOf(7), relationLocks: 1 }) : session({ pid: 1, fromMs: startOf(7) }))(moment)] }, 'on nudge'],
    ['gone with the collection', { ...until(startOf(8) - 500), also: collected }, 'at collection'],
    ['gone with the requests of the next load', { beings: hungRequest({ cycle: 4, untilMs: startOf(5) + 2_000 }) }, 'on nudge'],
    ['gone by the next rest, before which nothing was asked', { beings: hungRequest({ cycle: 3, untilMs: startOf(4) + 2_000 }) }, 'by time-out'],
    ['the same, and the other route was asked', { beings: hungRequest({ cycle: 3, untilMs: startOf(4) + 2_000 }), also: [asked(startOf(4) - 600)] }, 'on nudge'],
    ['gone between two looks of a rest', { beings: hungRequest({ cycle: 3, untilMs: loadEndOf(4) + 6_800 }) }, 'by time-out'],
    ['left as it was by the next load, and gone before its settle was over', { beings: hungRequest({ cycle: 4, untilMs: loadEndOf(5) + 6_000 }), looks: 4 }, 'by time-out'],
    ['left as it was by the next load, and gone with the one after it', { beings: hungRequest({ cycle: 5, untilMs: startOf(7) + 2_000 }) }, 'by time-out'],
    ['ended by the server', { also: [ended(startOf(4))] }, 'by time-out'],
    ['ended by the server as it collected', { beings: [openTransaction({ pid: 5, fromMs: startOf(7), untilMs: startOf(8) - 500, relationLocks: 1 })], also: [ended(startOf(8) - 500), ...collected] }, 'by time-out'],
    ['gone with the collection, as the server ended another session of the same number before', { beings: [openTransaction({ pid: 5, fromMs: startOf(7), untilMs: startOf(8) - 500, relationLocks: 1 })], also: [ended(startOf(4)), ...collected] }, 'at collection'],
    ['descriptors that grew, closed with the nudge, in a process that goes on', growing('descriptors', 26), 'on nudge'],
    ['all but one of them', growing('descriptors', 27), 'permanent'],
    ['threads that grew, ended with the nudge', growing('threads', 26), 'on nudge'],
    ['one permanent among one that was nudged', { beings: [...hungRequest({ cycle: 7, untilMs: startOf(8) - 2_100 }), ...hungRequest({ pid: 5_000 })] }, 'permanent'],
  ])('%s', (_, run, expected) => {
    expect(judged(run).heal).toBe(expected)
  })
})

test.each<[string, Run, string | undefined]>([
  ['the server’s, by its name', { also: [{ kind: 'server-log', pid: 5, severity: 'FATAL', sqlstate: '25P03', message: 'terminating connection', atMs: startOf(4) }] }, 'idle_in_transaction_session_timeout of the server'],
  ['the server’s, that ended a session which hung', { beings: [openTransaction({ pid: 5, fromMs: startOf(4), untilMs: startOf(5) - 500, relationLocks: 1 })], also: [{ kind: 'server-log', pid: 5, severity: 'FATAL', sqlstate: '25P04', message: 'terminating connection', atMs: startOf(5) - 500 }] }, 'transaction_timeout of the server'],
  ['the application’s own, by how long its transactions lasted', { beings: [startOf(4) + 800, startOf(6) + 1_200].map((fromMs, i) => openTransaction({ pid: 5 + i, fromMs, untilMs: fromMs + 36_300, relationLocks: 1 })) }, 'one of its own, after 36 s to 37 s'],
  ['the same, by how long they were seen', { beings: [zombie({ fromMs: startOf(4) + 800, untilMs: loadEndOf(5) + 6_200 })] }, 'one of its own, after 20 s to 39 s'],
  ['none of what is permanent', { beings: hungRequest() }, undefined],
])('which time-out heals what heals by one is told: %s', (_, run, expected) => {
  expect(judged({ ...run, looks: 4 }).timeOut).toBe(expected)
})

test('what no look could have shown any more has not healed', () => {
  const timeline = timelineOf({ beings: hungRequest({ cycle: 7, untilMs: startOf(8) - 2_100 }), controls: 'none' })
  const looks = timeline.looks.map((look) => (look.reading === 'nudged' ? { ...look, missed: ['processes'] } : look))
  expect([judge(timeline, invariants).heal, judge({ ...timeline, looks }, invariants).heal]).toEqual(['on nudge', 'permanent'])
})

describe('suppressions', () => {
  const suppressions = [{ invariant: 'no zombie stays', reason: 'PID 1 of the test image reaps nothing' }]

  test('a suppressed leak is a warning with its reason, and is not counted', () => {
    const findings = judged({ beings: [zombie()], suppressions })
    expect(findings).toMatchObject({ verdict: 'pass', dose: { leftBehind: 0 } })
    expect(findings.findings[0]).toMatchObject({ kind: 'warning', invariant: 'no zombie stays', sentence: '1 zombie left when the load had gone (suppressed: PID 1 of the test image reaps nothing)' })
  })

  test('what the run could not see cannot be suppressed, its own planted leak least of all', () => {
    expect(judged({ controls: 'none', suppressions: [{ invariant: 'the planted leak was found', reason: 'flaky' }] }).verdict).toBe('inconclusive')
  })

  test('one with a name is told by it, and the finding carries the name', () => {
    const named = [{ name: 'init reaps nothing', invariant: 'no zombie stays', reason: 'PID 1 is a shell', lastMatched: '2026-11-20' }]
    expect(judged({ beings: [zombie()], suppressions: named }).findings[0]).toMatchObject({ kind: 'warning', suppression: 'init reaps nothing', sentence: '1 zombie left when the load had gone (suppressed by "init reaps nothing": PID 1 is a shell)' })
  })

  test.each([
    ['with the day on which it last hid something', '2026-11-20', 'the suppression "init" of "no zombie stays" (a shell) hid nothing; it last did on 2026-11-20'],
    ['that never did, in any run on record', null, 'the suppression "init" of "no zombie stays" (a shell) hid nothing, nor in any run on record'],
    ['of an older record, which knows no day', undefined, 'the suppression "init" of "no zombie stays" (a shell) hid nothing'],
  ])('one that hid nothing is told: %s', (_, lastMatched, sentence) => {
    const findings = judged({ suppressions: [{ name: 'init', invariant: 'no zombie stays', reason: 'a shell', ...(lastMatched !== undefined && { lastMatched }) }] })
    expect(findings.verdict).toBe('pass')
    expect(findings.findings.find(({ invariant }) => invariant === 'every suppression hides something')).toMatchObject({ kind: 'not judged', sentence })
  })

  test('one of the planted kind hides the application’s own and not the control: a planted zombie that was not seen is inconclusive', () => {
    const blind = timelineOf({ beings: [zombie()], suppressions })
    const looks = blind.looks.map((look) => ({ ...look, members: look.members.filter((member) => !(member.kind === 'process' && member.state === 'Z' && member.control !== null)) }))
    expect(judge(blind, invariants).verdict).toBe('pass')
    expect(judge({ ...blind, looks }, invariants)).toMatchObject({ verdict: 'inconclusive', headline: expect.stringContaining('1 planted zombie not seen') })
  })

  test('a suppression of nothing is told', () => {
    expect(judged({ suppressions: [{ invariant: 'no zombi stays', reason: '' }] }).findings[0]).toMatchObject({ kind: 'warning', sentence: 'the suppression of "no zombi stays" matches none' })
  })
})

describe('never a silent pass', () => {
  const thrower: Invariant = {
    name: 'it throws',
    check: () => {
      throw new Error('no such look')
    },
  }

  test('an invariant that throws is inconclusive', () => {
    expect(judge(timelineOf(), [...invariants, thrower])).toMatchObject({ verdict: 'inconclusive', headline: '"it throws" could not be judged: no such look' })
  })

  test('and hides no leak', () => {
    expect(judge(timelineOf({ beings: [zombie()] }), [...invariants, thrower]).verdict).toBe('leak')
  })

  test('a probe that went blind is told before what it no longer saw', () => {
    const findings = judged({ also: [{ kind: 'blind', probe: 'postgres', reason: 'connection cut', atMs: startOf(5) }], unquiet: () => 'no answer from postgres', controls: 'none' })
    expect(findings.headline).toBe('postgres went blind (connection cut) (and 2 more findings)')
  })

  test('no invariant at all is inconclusive', () => {
    expect(judge(timelineOf(), [])).toMatchObject({ verdict: 'inconclusive', headline: 'no invariant was asked' })
  })

  test.each([
    ['interrupted', 'interrupted; until then no leak was found', {}],
    ['interrupted', 'interrupted; until then 1 zombie left when the load had gone', { beings: [zombie()] }],
  ])('an interrupted run is %s: %s', (verdict, headline, run) => {
    expect(judged({ ...run, end: 'interrupted' })).toMatchObject({ verdict, headline })
  })

  test('a record that was cut off is inconclusive, and still a leak if it shows one', () => {
    expect(judged({ end: 'cut-off' }).verdict).toBe('inconclusive')
    expect(judged({ end: 'cut-off', beings: [zombie()] }).verdict).toBe('leak')
  })
})

describe('a threshold of the scenario', () => {
  const crossed: Finding = { invariant: 'http_req_duration: p(99)<400', threshold: true, kind: 'crossed', sentence: 'p(99) was 612 ms over 160 requests' }
  const held: Finding = { ...crossed, kind: 'pass' }
  const withoutData: Finding = { ...crossed, kind: 'inconclusive', sentence: 'no request ended', settledBy: 'a run that sends some' }
  test.each<[string, Run, readonly Finding[], string, RegExp]>([
    ['held', {}, [held], 'pass', /^0 left behind in 280 requests/],
    ['crossed is no pass and no leak', {}, [crossed], 'crossed', /^http_req_duration: p\(99\)<400: p\(99\) was 612 ms over 160 requests$/],
    ['without data is not held', {}, [withoutData], 'inconclusive', /^no request ended$/],
    ['crossed beside a leak is told with it', { beings: hungRequest({ cycle: 5 }) }, [crossed], 'leak', /^1 left behind in 280 requests.*; 1 threshold crossed$/],
    ['crossed beside a leak that ended the run is told as well', { beings: hungRequest({ cycle: 5 }), also: [{ atMs: 999_000, kind: 'end', how: 'completed', detail: '', early: 'leak confirmed' }] }, [crossed, withoutData], 'leak', /; 1 threshold crossed$/],
    ['crossed stays so where something else was not seen', { controls: 'none' }, [crossed], 'crossed', /^http_req_duration: .*\(and 1 more finding\)$/],
    ['crossed until an interrupt is told', { end: 'interrupted' }, [crossed], 'interrupted', /^interrupted; until then no leak was found; 1 threshold crossed$/],
  ])('%s', (_, run, thresholds, verdict, headline) => {
    const findings = judge(timelineOf(run), invariants, thresholds)
    expect(findings).toMatchObject({ verdict, headline: expect.stringMatching(headline) })
    expect(findings.findings).toEqual(expect.arrayContaining([...thresholds]))
  })
})

test('a worker that went is a failure though nothing is left behind, and says so alone', () => {
  expect(judged({ beings: [process({ pid: 1 }), process({ pid: 2, untilMs: startOf(5) })], limits: { workers: 2 } })).toMatchObject({ verdict: 'leak', headline: '1 worker of 2 went and did not come back: pid 2 (node server.js), last seen after cycle 4' })
})

test('a leaked session that had the pid of a planted one earlier is not hidden by it', () => {
  expect(judged({ beings: [openTransaction({ pid: 9_001, fromMs: startOf(4), untilMs: startOf(6), relationLocks: 1 })] }).verdict).toBe('leak')
})

test('the same record gives the same bytes', () => {
  const run: Run = { beings: [...hungRequest(), zombie(), session({ pid: 8, advisoryLocks: 2, fromMs: startOf(3) })] }
  expect(JSON.stringify(judged(run))).toBe(JSON.stringify(judged(run)))
})
