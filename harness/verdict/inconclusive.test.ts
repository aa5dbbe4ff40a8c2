import { expect, test } from 'vitest'
import { counting, looking } from '../testing/looking.ts'
import { entriesOf, factsOf, fold, process, type Run, server, session, startOf, timelineOf } from '../testing/timeline-of.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { judge } from './judge.ts'
import { loadInvariants } from './load-invariants.ts'
import type { Invariant } from './verdict.ts'

const invariants = await loadInvariants()

const numbered = (of: Run, keep: (entry: ReturnType<typeof entriesOf>[number]) => boolean): Timeline => fold(factsOf(of), entriesOf(of).filter(keep).map((entry, n) => ({ ...entry, n })))
const refused: Run['delivered'] = (_, planned) => ({ counted: planned - 4, timedOut: Math.min(planned, 4) })
const owned: Run = { beings: [process({ pid: 9, databasePorts: [40_005] }), session({ pid: 5 })] }
const socketsOf = (...ports: readonly number[]): Run => ({ beings: [process({ pid: 9, databasePorts: [40_005, ...ports] }), session({ pid: 5 })] })

/** Each reason for which nobody can decide, in the words that tell what was missing, and in those that tell what would settle it. */
test.each<[reason: string, of: Run | Timeline, by: string, missing: RegExp, settledBy: RegExp]>([
  ['less than 95 % of the dose arrived', { delivered: (cycle, planned) => (cycle === 6 ? { counted: planned - 20, unexpected: 20 } : {}) }, 'the dose was delivered', /^140 of 160 .*, fewer than 95 %: 20 answered otherwise/, /correct what the routes expect or lower the dose/],
  ['nothing was answered', { delivered: () => ({ counted: 0 }) }, 'the dose was delivered', /nothing was tested/, /see what the application and logs/],
  ['the load generator broke', { delivered: (cycle) => (cycle === 4 ? { generator: { kind: 'broken', exitCode: 137, tail: 'Killed' } } : {}) }, 'the dose was delivered', /^the load generator broke in cycle 4/, /correct what it names/],
  ['PostgreSQL restarted', { beings: [server('cluster', { restartedAtMs: startOf(5) })] }, 'no server restarted', /^cluster restarted during the run/, /find out why in its log/],
  ['the application went', looking((look) => ({ ...look, members: look.cycle === 7 ? look.members.filter(({ id }) => !id.startsWith('application')) : look.members })), 'no server restarted', /^application was gone at/, /find out why in its log/],
  ['a process was killed for want of memory', counting(({ atMs }) => ({ 'app.memory-kills': atMs > startOf(5) ? 1 : 0 })), 'no process was killed for memory', /^the kernel killed 1 process/, /more memory, or less load/],
  ['the statistics were reset', counting(({ atMs }) => ({ 'pg.statistics-reset-ms': atMs > startOf(4) ? 9 : 0 })), 'the statistics were not reset', /were reset during the run/, /without whoever calls pg_stat_reset/],
  ['the sampler had a gap', numbered({}, ({ kind, atMs }) => kind !== 'beat' || atMs < startOf(4) || atMs > startOf(4) + 6_000), 'every probe kept its sight', /saw nothing for 6\.\d s/, /with a core to spare/],
  ['the sampler never beat', numbered({}, ({ kind }) => kind !== 'beat'), 'every probe kept its sight', /^the sampler never beat/, /run again; see the log/],
  ['the pool was saturated', { limits: { poolMaxPerProcess: 4 }, delivered: refused }, 'the pool was not exhausted', /^the pool was saturated: .* \(censored\)$/, /^a larger pool/],
  ['the monitor lost its session', { also: [{ kind: 'blind', probe: 'postgres', reason: 'connection cut', atMs: startOf(4) }] }, 'every probe kept its sight', /postgres went blind \(connection cut\)/, /with the probe connected/],
  ['the log and the sessions disagree', { beings: [({ atMs }) => (atMs > startOf(4) ? { kind: 'logged-session', id: '77@1700000000', pid: 77 } : null)] }, 'the two ledgers agree', /pid 77 open in the log and not seen/, /one of the two probes is at fault/],
  ['the sockets and the sessions disagree', socketsOf(41_000), 'every database socket has its session', /^1 socket of the application .* local port 41000$/, /never logs in/],
  ['the statistics and the log disagree', counting(({ atMs }) => ({ 'pg.sessions-opened': atMs > startOf(4) ? 6 : 5, 'log.sessions': 2 }), owned), 'the statistics agree with the log', /^the statistics count 1 session more/, /one of the two probes is at fault/],
  ['the control was not planted', { controls: 'none' }, 'the planted leak was found', /^no leak was planted/, /gets as far as its control/],
  ['the control was not found', looking((look) => ({ ...look, members: look.members.filter((member) => !(member.kind === 'process' && member.pid === 9_010)) })), 'the planted leak was found', /1 planted zombie not seen/, /lowtide doctor/],
  ['nothing came to rest', { unquiet: () => '1 queries running' }, 'every cycle came to rest', /^the application never came to rest/, /a longer settle/],
  ['a line is missing', fold(factsOf(), entriesOf().toSpliced(9, 1)), 'the record is whole', /line 9 is missing/, /what a damaged record lost cannot be judged/],
  ['the record was cut off', { end: 'cut-off' }, 'the record is whole', /it has no last word/, /the harness died/],
  ['there is no data', fold(factsOf({ doses: [] }), []), 'every probe kept its sight', /never beat/, /run again/],
])('%s', (_, of, by, missing, settledBy) => {
  const { verdict, findings, next, headline } = judge('facts' in of ? of : timelineOf(of), invariants)
  expect(verdict).toBe('inconclusive')
  const finding = findings.find(({ invariant }) => invariant === by)
  expect(finding).toMatchObject({ kind: 'inconclusive', sentence: expect.stringMatching(missing), settledBy: expect.stringMatching(settledBy) })
  expect(next).toContain(finding?.kind === 'inconclusive' ? finding.settledBy : '')
  expect(headline).not.toBe('')
})

test('whichever of the rules throws, the run is inconclusive, and names it', () => {
  for (const broken of invariants) {
    const throwing: Invariant = {
      ...broken,
      check: () => {
        throw new TypeError('no such look')
      },
    }
    const { verdict, findings, next } = judge(timelineOf(), invariants.map((one) => (one === broken ? throwing : one)))
    expect([broken.name, verdict]).toEqual([broken.name, 'inconclusive'])
    expect(findings[0]).toMatchObject({ kind: 'inconclusive', invariant: broken.name, sentence: `"${broken.name}" could not be judged: no such look` })
    expect(next).toHaveLength(1)
  }
})

const heldBy = (of: Timeline): readonly string[] => invariants.filter(({ check }) => ['pass', 'warning'].includes(check(of).kind)).map(({ name }) => name)

test.each([{}, { poolMaxPerProcess: 2, workers: 1, steadyTables: ['product'], vanishedClientMs: 5_000 }])('of a record that holds nothing no rule says that anything held, with limits %j', (limits) => {
  expect(heldBy(fold({ ...factsOf({ doses: [], limits }), probes: [] }, []))).toEqual([])
})

test('of a record without a look only what looks do not tell has held', () => {
  expect(heldBy(looking(() => null, { limits: { poolMaxPerProcess: 2, workers: 1 } })).toSorted()).toMatchInlineSnapshot(`
    [
      "every probe kept its sight",
      "no session was ended by a server time-out",
      "no session was refused",
      "no vanished client keeps its connection",
      "other routes still answer",
      "some load asked for more than the pools hold",
      "the dose was delivered",
      "the pool was not exhausted",
      "the record is whole",
    ]
  `)
})
