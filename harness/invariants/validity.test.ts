import { claims } from '../testing/claims.ts'
import { looking } from '../testing/looking.ts'
import { type Being, entriesOf, factsOf, firstMeasured, fold, openTransaction, process, type Run, server, session, startOf, timelineOf, whatIsPlanted, zombie } from '../testing/timeline-of.ts'
import type { Entry, Look } from '../timeline/entry.ts'
import type { Member, Process } from '../timeline/member.ts'
import type { Planted } from '../timeline/planted.ts'
import type { Timeline } from '../timeline/timeline.ts'
import everyCycleCameToRest from './every-cycle-came-to-rest.ts'
import everyProbeKeptItsSight from './every-probe-kept-its-sight.ts'
import noServerRestarted from './no-server-restarted.ts'
import nothingOutlivesTheStop from './nothing-outlives-the-stop.ts'
import otherRoutesStillAnswer from './other-routes-still-answer.ts'
import theHarnessOpensNoFurtherSession from './the-harness-opens-no-further-session.ts'
import theHarnessKeptUp from './the-harness-kept-up-with-its-load.ts'
import routesAreToldApart from './routes-are-told-apart.ts'
import someLoadAskedForMore from './some-load-asked-for-more-than-the-pools-hold.ts'
import theDoseWasDelivered from './the-dose-was-delivered.ts'
import thePlantedLeakWasFound from './the-planted-leak-was-found.ts'
import theRecordIsWhole from './the-record-is-whole.ts'
import theTwoLedgersAgree from './the-two-ledgers-agree.ts'

const last = 7

/** Nothing was recorded at all. */
const empty = fold(factsOf({ doses: [] }), [])

claims(theRecordIsWhole, [
  ['whole', {}, 'pass'],
  ['interrupted in order', { end: 'interrupted' }, 'pass'],
  ['without its last word', { end: 'cut-off' }, 'inconclusive', /no last word/],
  ['of a failed run', { end: 'failed' }, 'inconclusive', /failed/],
  ['without one line', fold(factsOf(), entriesOf().toSpliced(9, 1)), 'inconclusive', /line 9 is missing/],
  ['empty', empty, 'inconclusive'],
])

const short = (counted: number): Run => ({ delivered: (cycle, planned) => (cycle === 6 ? { counted: planned - counted, unexpected: counted } : {}) })

const failed = (route: string, status: number, errorCode: number) =>
  ({ kind: 'request', cycle: 6, why: 'failed', request: '6-1', route, path: `/${route}`, startedAtMs: 0, tookMs: 1, outcome: status === 0 ? 'broken' : 'unexpected', status, errorCode, atMs: startOf(6) }) as const

const sentTo = (route: string, started: number, counted: number) => [{ kind: 'load', cycle: 6, route, started, counted, unexpected: started - counted, timedOut: 0, broken: 0, p50Ms: 1, p99Ms: 1, maxMs: 1, atMs: startOf(6) + 500 }] as const

const crashAt = (cycle: number) => ({ kind: 'server-log', pid: 9, severity: 'LOG', sqlstate: '00000', message: 'client backend (PID 812) was terminated by signal 9: Killed; Failed process was running: SELECT 1', atMs: startOf(cycle) + 100 }) as const
const fullDiskAt = (cycle: number) => ({ kind: 'server-log', pid: 9, severity: 'ERROR', sqlstate: '53100', message: 'could not extend file "base/5/16413": No space left on device', atMs: startOf(cycle) + 100 }) as const

claims(theDoseWasDelivered, [
  ['all of it', {}, 'pass', /^160 of 160 planned requests were answered as expected \(100 %\)$/],
  ['exactly 95 %', short(8), 'pass', /95 %/],
  ['94.9 %, and not rounded up', short(9), 'inconclusive', /^151 of 160 .* \(94.3 %\), fewer than 95 %: 9 answered otherwise$/],
  ['some requests failed that were kept', { ...short(9), also: [failed('page', 500, 0), failed('page', 500, 0), failed('feed', 0, 1220)] }, 'inconclusive', /: 9 answered otherwise; for example page status 500 \(\/page\) and feed reset, error 1220 of k6 \(\/feed\)$/],
  ['some were refused and some reset', { delivered: (cycle, planned) => (cycle === 6 ? { counted: planned - 17, broken: 17, faults: { 1212: 14, 1220: 3 } } : {}) }, 'inconclusive', /fewer than 95 %: 14 refused and 3 reset$/],
  ['some were refused or reset, by an older record', { delivered: (cycle, planned) => (cycle === 6 ? { counted: planned - 17, broken: 17 } : {}) }, 'inconclusive', /fewer than 95 %: 17 refused, reset or cut off$/],
  ['all of it, but of a route whose path is misspelt', { ...short(4), also: [...sentTo('list', 276, 276), ...sentTo('serach', 4, 0), failed('serach', 404, 0)] }, 'inconclusive', /^156 of 160 .* \(97\.5 %\), but no request to serach, of 4: what it leaves is not known; for example serach status 404 \(\/serach\)$/],
  ['all of it, but of a route with hardly a request', { ...short(2), also: [...sentTo('list', 278, 278), ...sentTo('serach', 2, 0)] }, 'pass'],
  ['all of it, but of a route that hardly any of a replay ask for', { ...short(4), also: [...sentTo('list', 900, 900), ...sentTo('gone', 4, 0)] }, 'pass'],
  ['a generator whose arrivals were late', { delivered: () => ({ lateness: { p99Ms: 3.2, maxMs: 41 } }) }, 'pass', /\(100 %\), 99 % of them sent within 4 ms of their moments, from which latencies are counted, the latest after 41 ms$/],
  ['fast errors everywhere', { delivered: (_, planned) => ({ counted: 0, unexpected: planned }) }, 'inconclusive', /nothing was tested/],
  ['a warm-up that failed is no dose', { delivered: (cycle) => (cycle < firstMeasured ? { counted: 0 } : {}) }, 'pass'],
  ['a warm-up whose load broke', { delivered: (cycle) => (cycle === 1 ? { generator: { kind: 'broken', exitCode: 108, tail: 'the journey threw' } } : {}) }, 'warning', /^160 of 160 .*; before them the load generator broke in cycle 1: the journey threw$/],
  ['a run whose time was over', { ...fold(factsOf(), entriesOf({ doses: [20, 0, 40] })), endedEarly: 'time over' as const }, 'inconclusive', /^the run's time was over in measured cycle 3 of 5, after 60 counted requests: the application answers far slower/],
  ['a load that a threshold ended', { ...fold(factsOf(), entriesOf({ doses: [20, 0, 40] })), endedEarly: 'threshold crossed' as const }, 'inconclusive', /^a crossed threshold ended the load in measured cycle 3 of 5, after 60 counted requests$/],
  ['a planned cycle that never ran', { ...fold(factsOf(), entriesOf({ doses: [20, 0, 40] })) }, 'inconclusive', /^2 cycles of 5 planned never ran$/],
  ['a generator that broke', { delivered: (cycle) => (cycle === 4 ? { generator: { kind: 'broken', exitCode: 137, tail: 'a\nKilled' } } : {}) }, 'inconclusive', /^the load generator broke in cycle 4: a: Killed$/],
  ['a generator that broke in all', { delivered: (_, planned) => ({ counted: 0, broken: planned, generator: { kind: 'broken', exitCode: 0, tail: 'all were refused\nEOF' } }) }, 'inconclusive', /^the load generator broke in cycles 3, 4, 5, 6 and 7: all were refused: EOF$/],
  ['a load that broke again and again', { ...fold(factsOf(), entriesOf({ doses: [], delivered: () => ({ counted: 0, generator: { kind: 'broken', exitCode: 108, tail: 'the journey threw' } }) })), endedEarly: 'load broken' as const }, 'inconclusive', /^the load generator broke in cycles 0, 1 and 2, and the run ended there: the journey threw$/],
  ['sessions that PostgreSQL refused', { ...short(40), also: [{ kind: 'server-log', pid: 9, severity: 'FATAL', sqlstate: '53300', message: 'sorry, too many clients already', atMs: startOf(4) }] }, 'inconclusive', /; PostgreSQL refused 1 session, .*\(53300\)$/],
  ['a disk of the server that was full', { ...short(40), also: [fullDiskAt(4)] }, 'inconclusive', /^120 of 160 .*: 40 answered otherwise; PostgreSQL's disk was full \(53100\), first in cycle 4: could not extend file "base\/5\/16413": No space left on device$/],
  ['a disk of the server that was so full that its log could not be read', { ...short(40), also: [{ kind: 'blind', probe: 'postgres-log', reason: `PostgreSQL's disk is full: could not write blocks`, sqlstate: '53100', atMs: startOf(4) }] }, 'inconclusive', /^120 of 160 .*: 40 answered otherwise; PostgreSQL's disk was full \(53100\)$/],
  ['a disk that was full for so short that hardly a request failed', { ...short(4), also: [fullDiskAt(4)] }, 'warning', /^156 of 160 .*; PostgreSQL's disk was full \(53100\), first in cycle 4: could not extend/],
  ['a run that was interrupted in its first measured cycle', { ...fold(factsOf(), entriesOf({ doses: [], end: 'interrupted' })) }, 'inconclusive', /^the run ended before its measured cycles were through: 0 of 5$/],
  ['only zero doses', { doses: [0, 0] }, 'inconclusive'],
  ['no dose on record', empty, 'inconclusive'],
])

claims(everyProbeKeptItsSight, [
  ['all of them', {}, 'pass', /never more than 0.4 s apart/],
  ['one gone blind', { also: [{ kind: 'blind', probe: 'postgres', reason: 'connection cut', atMs: startOf(4) }] }, 'inconclusive', /postgres went blind \(connection cut\)/],
  ['one gone blind as the disk of the server was full', { also: [fullDiskAt(4), { kind: 'blind', probe: 'postgres', reason: 'connection cut', atMs: startOf(4) + 200 }] }, 'inconclusive', /^postgres went blind \(connection cut\); PostgreSQL's disk was full \(53100\), first in cycle 4: could not/],
  ['one gone blind as the server crashed', { also: [crashAt(4), { kind: 'blind', probe: 'postgres', reason: 'connection cut', atMs: startOf(4) + 200 }] }, 'inconclusive', /^postgres went blind \(connection cut\); PostgreSQL crashed, first in cycle 4: client backend \(PID 812\) was terminated by signal 9: Killed; Failed process was running: SELECT 1$/],
  ['one whose query found no room on the disk', { also: [{ kind: 'blind', probe: 'postgres', reason: `PostgreSQL's disk is full: could not write blocks 0..0 in file "base/16385/2686": No space left on device`, sqlstate: '53100', atMs: startOf(4) }] }, 'inconclusive', /^postgres went blind \(PostgreSQL's disk is full: could not write blocks .*\)$/],
  ['one gone blind before anything was measured', { also: [{ kind: 'blind', probe: 'postgres', reason: 'connection cut', atMs: 100 }] }, 'inconclusive'],
  ['a beat late on a loaded machine', withoutBeats(startOf(4), startOf(4) + 3_000), 'pass', /never more than 3\.\d s apart/],
  ['a hole in which a whole life could hide', withoutBeats(startOf(4), startOf(4) + 6_000), 'inconclusive', /saw nothing for 6\.\d s/],
  ['a sampler that stopped', withoutBeats(startOf(6), Number.POSITIVE_INFINITY), 'inconclusive'],
  ['one that misses more beats than it makes', missing(0.6), 'inconclusive', /postgres missed/],
  ['a control that could not be planted', { also: [{ kind: 'blind', probe: 'control', reason: 'no shell', atMs: startOf(8) + 100 }] }, 'inconclusive', /^control went blind \(no shell\)$/],
  ['one that misses some', missing(0.2), 'pass'],
  ['a look to which one gave no answer', looking((look) => (look.cycle === last ? { ...look, counters: { 'pg.backends': 0 } } : look)), 'inconclusive', /6 of 37 looks had no app.orphan-sockets, app.processes, app.sysv-segments and 6 more/],
  ['a counter that the application tells once, after a collection', looking((look) => (look.reading === 'nudged' ? { ...look, counters: { ...look.counters, 'app.heap-used-bytes': 8_000_000 } } : look)), 'pass'],
  ['a process that /proc refuses to tell of: nothing that it opens would show', { beings: [process({ pid: 5, descriptors: null })] }, 'inconclusive', /^what 1 process had open could not be read, .*: pid 5 \(node server\.js\)$/],
  ['one that was about to end at one look', { beings: [({ atMs, ...moment }) => process({ pid: 5, descriptors: (atMs - 10_000) % 20_000 === 17_000 ? null : 20 })({ atMs, ...moment })] }, 'pass'],
  ['no beat, as the load broke before anything was watched', { ...fold(factsOf(), entriesOf().filter(({ kind }) => kind !== 'beat').map((entry, n) => ({ ...entry, n }))), endedEarly: 'load broken' as const }, 'not judged'],
  ['no beat at all', fold(factsOf(), entriesOf().filter(({ kind }) => kind !== 'beat').map((entry, n) => ({ ...entry, n }))), 'inconclusive', /never beat/],
  ['no probe at all', fold({ ...factsOf(), probes: [] }, entriesOf()), 'inconclusive', /nothing was watched/],
  ['nothing on record', empty, 'inconclusive'],
])

const counted10 = { kind: 'capacity', when: 'before-load', asked: 20, parallel: 10, tries: [10], atMs: 100 } as const

claims(someLoadAskedForMore, [
  ['no pool that anybody knows of', {}, 'not judged'],
  ['each request has a process of its own', { limits: { poolMaxPerProcess: 5, workers: 0 } }, 'not judged', /a process of its own/],
  ['eight at once for seven places', { limits: { poolMaxPerProcess: 7 } }, 'pass', /^up to 8 requests at once for 7 places, as declared$/],
  ['as many as there are places', { limits: { poolMaxPerProcess: 4, workers: 2 } }, 'warning', /^no load had more than 8 requests at once, for 8 places, as declared: what shows only where some find none was not looked for$/],
  ['more in the warm-up alone', { limits: { poolMaxPerProcess: 8 }, delivered: (cycle) => (cycle === 1 ? { peakInFlight: 9 } : {}) }, 'pass'],
  ['fewer than were counted, whatever is declared', { limits: { poolMaxPerProcess: 5 }, also: [counted10] }, 'warning', /for 10 places, as counted before the load/],
  ['fewer than sessions rested before', { beings: Array.from({ length: 12 }, (_, i) => session({ pid: 300 + i })) }, 'warning', /for 12 places, as sessions rested/],
  ['sessions that a measured load left are no places', { beings: [session({ pid: 300 }), ...Array.from({ length: 12 }, (_, i) => session({ pid: 301 + i, fromMs: startOf(4) }))] }, 'pass'],
  ['nothing was sent', empty, 'not judged'],
])

const unquiet = (...cycles: readonly number[]): Run => ({ unquiet: (cycle) => (cycles.includes(cycle) ? '2 queries running' : undefined) })

claims(everyCycleCameToRest, [
  ['none, as the load broke before', { ...fold(factsOf(), entriesOf({ doses: [] })), endedEarly: 'load broken' as const }, 'not judged'],
  ['all of them', {}, 'pass'],
  ['all but one', unquiet(5), 'warning', /cycle 5 did not come to rest in time \(2 queries running\)/],
  ['not the last', unquiet(last), 'inconclusive', /never came to rest after the last cycle: 2 queries running/],
  ['fewer than half', unquiet(3, 4, 5), 'inconclusive', /3 of 5 cycles/],
  ['not the warm-up, which proves nothing', unquiet(0, 1), 'pass'],
  ['one on two looks only', looking((look) => (look.cycle === 5 && look.atMs % 1_000 === 500 ? null : look)), 'inconclusive', /cycle 5 had no 3 looks/],
  ['none was looked at', { looks: 0 }, 'inconclusive'],
  ['nothing on record', empty, 'inconclusive'],
])

claims(noServerRestarted, [
  ['none did', {}, 'pass', /application and postgresql ran through/],
  ['the database did: H13', { beings: [server('cluster', { restartedAtMs: startOf(5) })] }, 'inconclusive', /cluster restarted/],
  ['the database did, for want of space', { beings: [server('cluster', { restartedAtMs: startOf(5) })], also: [fullDiskAt(4)] }, 'inconclusive', /^cluster restarted during the run: what was left before is gone; PostgreSQL's disk was full/],
  ['the database did, for one of its processes was killed', { beings: [server('cluster', { restartedAtMs: startOf(5) })], also: [crashAt(4)] }, 'inconclusive', /^cluster restarted during the run: what was left before is gone; PostgreSQL crashed, first in cycle 4: client backend/],
  ['the application went', looking((look) => ({ ...look, members: look.cycle === last ? look.members.filter(({ id }) => !id.startsWith('application')) : look.members })), 'inconclusive', /^application was gone at 6 of \d+ looks, first after cycle 7$/],
  ['nobody was seen to listen for the application: its processes are out of sight', looking((look) => ({ ...look, members: look.members.filter(({ id }) => !id.startsWith('application')) })), 'inconclusive', /^no look shows a process that listens on the application's port/],
  ['the same, and no probe that looks for processes', { ...looking((look) => ({ ...look, members: look.members.filter(({ id }) => !id.startsWith('application')) })), facts: { ...factsOf(), probes: ['postgres'] } }, 'pass'],
  ['no server was seen', looking((look) => ({ ...look, members: [] })), 'inconclusive'],
  ['nothing on record', empty, 'inconclusive'],
])

const alone: Being = ({ atMs }) => (atMs > startOf(4) ? { kind: 'logged-session', id: '77@1700000000', pid: 77 } : null)
const aloneInFour: Being = ({ cycle }) => (cycle === 4 ? { kind: 'logged-session', id: '77@1700000000', pid: 77 } : null)
const unlogged = (look: Look): Look => ({ ...look, members: look.members.filter(({ kind }) => kind !== 'logged-session') })
const aSecondLate = (look: Look): Look => ({ ...look, members: look.members.map((member) => (member.kind === 'logged-session' ? { ...member, id: `${member.pid}@${Number(member.id.split('@')[1]) + 1}` } : member)) })

const lagging = (lagMs: number): Run => ({ also: [{ kind: 'beat', counters: { 'load.lag-ms': lagMs }, atMs: startOf(firstMeasured) + 1_234 }] })

claims(theHarnessKeptUp, [
  ['an older record', {}, 'not judged'],
  ['as quick as the generators hand over', lagging(140), 'pass', /within 0.1 s of being made/],
  ['behind', lagging(3_200), 'warning', /up to 3.2 s after they were made/],
  ['a clock that was set', { delivered: (cycle) => (cycle === 5 ? { misdated: 1_012 } : {}) }, 'warning', /^the clock was set during the load of cycle 5: 1,012 starts and ends/],
])

const routesOf = (...started: readonly (readonly [string, number])[]): Timeline => ({ ...timelineOf(), routes: started.map(([route, n]) => ({ cycle: 3, route, started: n, counted: n, unexpected: 0, timedOut: 0, broken: 0 })) })

claims(routesAreToldApart, [
  ['a few', routesOf(['page', 30], ['feed', 10]), 'pass', /^2 routes by name$/],
  ['so many that some are told together', routesOf(['page', 30], ['other routes', 1_010]), 'warning', /^2 routes by name in 1,040 requests, of which 1,010 are told together as "other routes": .*\(200 are told apart for each user, 1,000 in all\)$/],
  ['one for each request', routesOf(...Array.from({ length: 300 }, (_, i) => [`page ${i}`, 1] as const)), 'warning', /^300 routes by name in 300 requests: let a name/],
  ['a few in many manners', routesOf(...Array.from({ length: 300 }, (_, i) => [`page ${i % 60} · manner ${i}`, 1] as const)), 'pass', /^60 routes/],
  ['none', routesOf(), 'not judged'],
])

claims(theTwoLedgersAgree, [
  ['no session in either', {}, 'pass'],
  ['the same sessions in both', { beings: [session({ pid: 5 })] }, 'pass'],
  ['a pid that was given again a second later', looking(aSecondLate, { beings: [session({ pid: 5 })] }), 'inconclusive', /pid 5 seen and not in the log/],
  ['one that the log never closed', { beings: [alone] }, 'inconclusive', /pid 77 open in the log and not seen/],
  ['one that the log never opened', looking(unlogged, { beings: [session({ pid: 5 })] }), 'inconclusive', /pid 5 seen and not in the log/],
  ['a log that tells of the session at a later rest', looking((look) => (look.cycle === 4 ? unlogged(look) : look), { beings: [session({ pid: 5, fromMs: startOf(4) })] }), 'pass'],
  ['a log that tells of its end at a later rest', { beings: [aloneInFour] }, 'pass'],
  ['a log that lags for one look', looking((look) => (look.atMs % 1_000 === 0 ? unlogged(look) : look), { beings: [session({ pid: 5 })] }), 'pass'],
  ['in a rest that was not quiet, where sessions still come and go', { beings: [aloneInFour], unquiet: (cycle) => (cycle === 4 ? '1 queries running' : undefined) }, 'pass'],
  ['only one book kept', looking((look) => ({ ...unlogged(look), counters: { 'pg.backends': 1 } }), { beings: [session({ pid: 5 })] }), 'not judged', /no second ledger/],
])

const planted9000 = timelineOf().looks.flatMap(({ members }) => members).find((member) => member.kind === 'process' && member.pid === 9_000) as Look['members'][number]
const inControl = (reading: Look['reading'], change: (look: Look & { readonly atMs: number }) => Look) => looking((look) => (look.reading === reading ? change(look) : look))
const duringControl = (change: (member: Member) => Member | null) => inControl('control-planted', (look) => ({ ...look, members: look.members.map(change).filter((member) => member !== null) }))
const ofPlanter = (shown: Partial<Process>) => duringControl((member) => (member.kind === 'process' && member.pid === 9_000 ? { ...member, ...shown } : member))
const counted = { 'harness.orphan-sockets': 1, 'harness.sysv-segments': 1, 'harness.temporary-files': 1, 'harness.shm-bytes': 65_536 }
const countedDuring = (counters: Look['counters']) => inControl('control-planted', (look) => ({ ...look, counters: { ...look.counters, ...counters } }))
/** As older records count: what is planted together with the application's own, of which there are this many. */
const together = (own: (look: Look) => number, planted = 1) => (look: Look): Look => {
  const { 'harness.orphan-sockets': _sockets, 'harness.sysv-segments': _segments, 'harness.temporary-files': _files, ...counters } = look.counters
  const all = own(look) + (look.reading === 'control-planted' ? planted : 0)
  return { ...look, counters: { ...counters, 'app.orphan-sockets': all, 'app.sysv-segments': all, 'pg.temporary-files': all } }
}
/** This many sessions of the application were ended before. */
const manyEnded: Run = { also: Array.from({ length: 100 }, (_, i) => ({ kind: 'server-log', pid: 100 + i, severity: 'FATAL', sqlstate: '57P05', message: 'terminating connection', atMs: startOf(4) + i })) }
const countingErrors = (planted: number) => (look: Look): Look => ({ ...look, counters: { ...look.counters, 'log.errors': 100 + (look.reading === 'control-planted' ? planted : 0) } })
/** Sizes, by their readings before the plant and during it: memory, the database and its log. */
const sizedPlant: Planted = { ...whatIsPlanted, databaseBytes: 90_112, walBytes: 100_000, memoryBytes: 67_108_864, planterMemoryBytes: 120_000_000 }
const sizesFrom = (before: readonly [memory: number, database: number, log: number], during: readonly [memory: number, database: number, log: number]) =>
  withPlanted(sizedPlant, (look) => {
    const [memory, database, log] = look.reading === 'control-planted' ? during : before
    return { ...look, counters: { ...look.counters, 'harness.anonymous-bytes': memory, 'app.anonymous-bytes': 9e6, 'pg.database-bytes': database, 'pg.wal-bytes': log } }
  })

/** Another plant than the usual. */
const withPlanted = (planted: Planted, change: (look: Look) => Look) => {
  const entries = entriesOf().map((entry): Entry => (entry.kind === 'control' ? { ...entry, planted } : entry.kind === 'look' ? { ...entry, ...change(entry) } : entry))
  return fold(factsOf(), entries)
}
const without = (pid: number) => (look: Look) => ({ ...look, members: look.members.filter((member) => !('pid' in member && member.pid === pid)) })

claims(thePlantedLeakWasFound, [
  ['exactly', {}, 'pass', /^3 transactions, 1 zombie, 5 descriptors, 3 threads, 1 advisory lock, 1 temporary table, 1 temporary file, 1 prepared transaction, 1 running query, 1 session ended by the server, 1 half-closed socket, 1 socket without an owner, 1 file of shared memory, 1 System V segment, 1 request process, 1 replication slot and 1 grown table were planted, found exactly, and seen gone$/],
  ['beside a real leak', { beings: [openTransaction({ pid: 1, fromMs: startOf(6), relationLocks: 1 })] }, 'pass'],
  ['none was planted', { controls: 'none' }, 'inconclusive', /no leak was planted/],
  ['a session not seen', inControl('control-planted', without(9_002)), 'inconclusive', /1 planted transaction not seen/],
  ['a session not seen in its transaction', inControl('control-planted', (look) => ({ ...look, members: look.members.map((member) => (member.kind === 'session' && member.pid === 9_002 ? { ...member, transactionAgeMs: null } : member)) })), 'inconclusive'],
  ['the zombie not seen', inControl('control-planted', without(9_010)), 'inconclusive', /1 planted zombie not seen/],
  ['the planter not seen', inControl('control-planted', without(9_000)), 'inconclusive', /the planter itself/],
  ['its descriptors not seen', ofPlanter({ descriptors: 8, descriptorTargets: { '/run/agent/planter.mjs': 3, pipe: 5 } }), 'inconclusive', /3 of 5 planted descriptors/],
  ['its descriptors not told by what they point at', ofPlanter({ descriptors: 28, descriptorTargets: { pipe: 28 } }), 'inconclusive', /none of 5 planted descriptors/],
  ['more of its descriptors seen than were planted', ofPlanter({ descriptors: 28, descriptorTargets: { '/run/agent/planter.mjs': 6 } }), 'inconclusive', /6 of 5 planted descriptors/],
  ['a thread of its not seen', ofPlanter({ threads: 14 }), 'inconclusive', /14 threads of the planter seen where it has 15 with the 3 planted/],
  ['more of its threads seen than it has, at one look', inControl('control-planted', (look) => (look.atMs % 400 === 200 ? { ...look, members: look.members.map((member) => (member.kind === 'process' && member.pid === 9_000 ? { ...member, threads: 16 } : member)) } : look)), 'inconclusive', /16 threads of the planter seen where it has 15/],
  ['its query not seen to run', duringControl((member) => (member.kind === 'session' && member.pid === 9_005 ? { ...member, state: 'idle' } : member)), 'inconclusive', /1 planted query not seen to run/],
  ['the end of its session not seen in the log', fold(factsOf(), entriesOf().filter(({ kind }) => kind !== 'server-log').map((entry, n) => ({ ...entry, n }))), 'inconclusive', /1 planted end of a session not seen in the server's log/],
  ['the end of its session counted, after so many of the application’s that no more lines of them are kept', looking(countingErrors(1), manyEnded), 'pass'],
  ['the end of its session neither kept nor counted', looking(countingErrors(0), manyEnded), 'inconclusive', /1 planted end of a session not seen in the server's log/],
  ['its socket without an owner not seen', countedDuring({ 'harness.orphan-sockets': 0 }), 'inconclusive', /none of 1 planted socket without an owner seen/],
  ['its socket without an owner not told from others', countedDuring({ 'harness.orphan-sockets': 0, 'app.orphan-sockets': 1 }), 'inconclusive', /none of 1 planted socket without an owner seen/],
  ['more sockets without an owner than it planted', countedDuring({ 'harness.orphan-sockets': 2 }), 'inconclusive', /2 of 1 planted socket without an owner seen/],
  ['one of its sockets more for a moment', inControl('control-planted', (look) => (look.atMs % 400 === 200 ? { ...look, counters: { ...look.counters, 'harness.orphan-sockets': 2 } } : look)), 'pass'],
  ['its System V segment not seen', countedDuring({ 'harness.sysv-segments': 0 }), 'inconclusive', /none of 1 planted System V segment seen/],
  ['its temporary file not seen', countedDuring({ 'harness.temporary-files': 0 }), 'inconclusive', /none of 1 planted temporary file seen/],
  ['while jobs of the application make a file, a socket and a segment of their own', inControl('control-planted', (look) => ({ ...look, counters: { ...look.counters, 'app.orphan-sockets': 1, 'app.sysv-segments': 1, 'pg.temporary-files': 1 } })), 'pass'],
  ['while such jobs end', inControl('control-before', (look) => ({ ...look, counters: { ...look.counters, 'app.orphan-sockets': 1, 'app.sysv-segments': 1, 'pg.temporary-files': 1 } })), 'pass'],
  ['while such jobs begin as it is removed', inControl('control-removed', (look) => ({ ...look, counters: { ...look.counters, 'app.orphan-sockets': 1, 'app.sysv-segments': 1, 'pg.temporary-files': 1 } })), 'pass'],
  ['in older records, which count both together, beside what the application has', looking(together(() => 4)), 'pass'],
  ['the same, for a moment one more', looking((look) => together(() => (look.atMs % 400 === 200 ? 5 : 4))(look)), 'pass'],
  ['in older records, not seen', looking(together(() => 4, 0)), 'inconclusive', /none of 1 planted socket without an owner seen, none of 1 planted System V segment seen and none of 1 planted temporary file seen/],
  ['in older records, still there after the removal', looking(together(({ reading }) => (reading === 'control-removed' ? 1 : 0))), 'inconclusive', /1 planted socket without an owner still there after the removal, 1 planted System V segment still/],
  ['with a zombie of the application’s that its parent reaps late', { beings: [zombie({ pid: 66, fromMs: startOf(8) + 1_050, untilMs: startOf(8) + 2_500 })] }, 'pass'],
  ['with a zombie that nobody planted, and that stays', { beings: [zombie({ pid: 66, fromMs: startOf(8) + 1_050 })] }, 'inconclusive', /1 zombie seen that nobody planted/],
  ['with a transaction of a job, whose process holds it', { beings: [process({ pid: 5, databasePorts: [40_066] }), openTransaction({ pid: 66, fromMs: startOf(8) + 1_050, untilMs: startOf(8) + 2_500 })] }, 'pass'],
  ['half of its shared memory seen', countedDuring({ 'harness.shm-bytes': 32_768 }), 'inconclusive', /32,768 of 65,536 planted bytes of shared memory seen/],
  ['its shared memory, its file and its socket still there after the removal', inControl('control-removed', (look) => ({ ...look, counters: { ...look.counters, ...counted } })), 'inconclusive', /1 planted socket without an owner still there after the removal, 1 planted System V segment still there after the removal, 1 planted temporary file still there after the removal and 65,536 planted bytes of shared memory still there after the removal/],
  ['its replication slot not seen', duringControl((member) => (member.kind === 'replication-slot' ? null : member)), 'inconclusive', /1 planted replication slot not seen/],
  ['its replication slot seen with less than it keeps', duringControl((member) => (member.kind === 'replication-slot' ? { ...member, retainedBytes: 0 } : member)), 'inconclusive', /1 planted replication slot not seen with what it keeps/],
  ['its table seen with fewer rows', duringControl((member) => (member.kind === 'table' ? { ...member, grownRows: 39 } : member)), 'inconclusive', /1 planted growth of a table not seen/],
  ['a replication slot that nobody planted', { beings: [({ reading }) => (reading === 'control-planted' ? { kind: 'replication-slot', id: 'another', active: false, retainedBytes: 0 } : null)] }, 'inconclusive', /1 replication slot seen that nobody planted/],
  ['its replication slot still there after the removal', looking((look) => (look.reading === 'control-removed' ? { ...look, members: [...look.members, { kind: 'replication-slot', id: 'lowtide_control', active: false, retainedBytes: 0 }] } : look)), 'inconclusive', /1 planted member still there/],
  ['its table still there after the removal', looking((look) => (look.reading === 'control-removed' ? { ...look, members: [...look.members, { kind: 'table', id: 'public.lowtide_control_rows', rows: 40, bytes: 8_192, grownRows: 40, grownBytes: 8_192 }] } : look)), 'inconclusive', /1 planted member still there/],
  ['where the server has no room for a replication slot, and that is told', withPlanted({ ...whatIsPlanted, replicationSlots: [] }, (look) => ({ ...look, members: look.members.filter(({ kind }) => kind !== 'replication-slot') })), 'pass', /; watched without a control: replication slots$/],
  ['it showed in the readings of memory and of sizes', sizesFrom([0, 8e6, 5e6], [121e6, 8_090_112, 5_140_000]), 'pass', /seen gone; they showed in memory, the size of the database and the size of the write-ahead log$/],
  ['memory that does not show', sizesFrom([0, 8e6, 5e6], [53e6, 8_090_112, 5_140_000]), 'inconclusive', /86,445,568 bytes of what is planted not seen in memory$/],
  ['a size of the database that stays as it is', sizesFrom([0, 8e6, 5e6], [121e6, 8e6, 5_140_000]), 'inconclusive', /45,056 bytes of what is planted not seen in the size of the database$/],
  ['a log that hardly grows', sizesFrom([0, 8e6, 5e6], [121e6, 8_090_112, 5_099_999]), 'inconclusive', /100,000 bytes of what is planted not seen in the size of the write-ahead log$/],
  ['sizes that fell meanwhile, by a vacuum and a checkpoint: they show nothing either way', sizesFrom([0, 8e6, 50e6], [121e6, 7e6, 33e6]), 'pass', /; they showed in memory; watched without a control: the size of the database and the size of the write-ahead log$/],
  ['memory that cannot show, as in a container', looking((look) => ({ ...look, counters: { ...look.counters, 'app.anonymous-bytes': 9e6 } })), 'pass', /seen gone; watched without a control: memory$/],
  ['its advisory lock not seen', duringControl((member) => (member.kind === 'session' && member.pid === 9_004 ? { ...member, advisoryLocks: 0 } : member)), 'inconclusive', /1 planted advisory lock not seen/],
  ['its temporary table not seen', duringControl((member) => (member.kind === 'temporary-table' ? null : member)), 'inconclusive', /1 planted temporary table not seen/],
  ['its prepared transaction not seen', duringControl((member) => (member.kind === 'prepared-transaction' ? null : member)), 'inconclusive', /1 planted prepared transaction not seen/],
  ['its half-closed socket not seen', duringControl((member) => (member.kind === 'process' ? { ...member, closeWait: 0 } : member)), 'inconclusive', /1 planted half-closed socket not seen/],
  ['its request not seen', duringControl((member) => (member.kind === 'process' && member.pid === 9_020 ? { ...member, request: null } : member)), 'inconclusive', /1 planted request process not seen/],
  ['where the server knows no prepared transactions, none is planted', withPlanted({ ...whatIsPlanted, preparedTransactions: [] }, (look) => ({ ...look, members: look.members.filter(({ kind }) => kind !== 'prepared-transaction') })), 'pass', /1 temporary file, 1 running query, .* without a control: prepared transactions$/],
  ['in a record of older days, which planted less', withPlanted({ planterPid: 9_000, sessionPids: [9_001, 9_002, 9_003], zombiePids: [9_010], descriptors: 5 }, (look) => ({ ...look, members: look.members.filter((member) => !['prepared-transaction', 'temporary-table', 'replication-slot', 'table'].includes(member.kind) && !('pid' in member && [9_004, 9_005, 9_020].includes(member.pid))) })), 'pass', /^3 transactions, 1 zombie and 5 descriptors were planted, found exactly, and seen gone; watched without a control: threads, advisory locks, prepared transactions, running queries, sessions ended by the server, half-closed sockets, sockets without an owner, System V segments, request processes and replication slots$/],
  ['a prepared transaction that nobody planted', { beings: [({ reading }) => (reading === 'control-planted' ? { kind: 'prepared-transaction', id: 'another', owner: 'app', ageMs: 10 } : null)] }, 'inconclusive', /1 prepared transaction seen that nobody planted/],
  ['its prepared transaction still there after the removal', looking((look) => (look.reading === 'control-removed' ? { ...look, members: [...look.members, { kind: 'prepared-transaction', id: 'lowtide-control-9004', owner: 'app', ageMs: 10 }] } : look)), 'inconclusive', /1 planted member still there/],
  ['seen on two looks of three', inControl('control-planted', (look) => (look.atMs % 400 === 200 ? without(9_001)(look) : look)), 'inconclusive'],
  ['with a transaction that nobody planted', { beings: [openTransaction({ pid: 66, fromMs: startOf(8) + 1_050 })] }, 'inconclusive', /1 transaction seen that nobody planted/],
  ['with a session more, which the application holds: its pool was renewing one', { beings: [process({ pid: 5, databasePorts: [40_066] }), session({ pid: 66, fromMs: startOf(8) + 1_050 })] }, 'pass'],
  ['with a session more, which came after the removal: not of the plant', { beings: [session({ pid: 66, fromMs: startOf(8) + 3_150 })] }, 'pass'],
  ['and still there after the removal', looking((look) => (look.reading === 'control-removed' ? { ...look, members: [...look.members, planted9000] } : look)), 'inconclusive', /1 planted member still there/],
  ['and more sessions than before', { beings: [session({ pid: 66, fromMs: startOf(8) + 1_050 })] }, 'inconclusive', /1 session more than before the control/],
  ['on no three looks', looking((look) => (look.reading === 'control-removed' && look.atMs % 400 === 0 ? null : look)), 'inconclusive', /no three looks after/],
  ['nothing on record', empty, 'inconclusive'],
])

const monitors = (at: (atMs: number) => number) => looking((look) => ({ ...look, counters: { ...look.counters, 'harness.backends': at(look.atMs) } }))

claims(theHarnessOpensNoFurtherSession, [
  ['two throughout', monitors(() => 2), 'pass', /2 sessions of the harness/],
  ['one more in the end', monitors((atMs) => (atMs > startOf(7) ? 3 : 2)), 'inconclusive', /from 2 to 3 sessions/],
  ['not counted', {}, 'not judged', /no look counts/],
])

const canary = (outcome: 'answered' | 'unanswered', atMs: number) => ({ kind: 'canary', url: '/login', outcome, detail: outcome === 'answered' ? '200' : 'no answer', tookMs: 10_000, atMs }) as const

claims(otherRoutesStillAnswer, [
  ['they do', {}, 'pass', /\/login still answered/],
  ['they did not for a while', { also: [canary('unanswered', startOf(4))] }, 'warning', /unanswered 1 of 2 times/],
  ['they do not', { also: [canary('unanswered', startOf(9))] }, 'inconclusive', /\/login no longer answers \(no answer, after 10 s\)/],
  ['nobody asked', empty, 'not judged'],
])

const stopped = (...beings: readonly Being[]): Run => ({
  also: [0, 1, 2].map((i) => {
    const moment = { atMs: startOf(8) + 5_500 + i * 100, cycle: null, reading: 'stopped' } as const
    return { kind: 'look', reading: 'stopped', quiescent: true, counters: {}, members: beings.map((being) => being(moment)).filter((member) => member !== null), atMs: moment.atMs }
  }),
})

claims(nothingOutlivesTheStop, [
  ['nothing did', stopped(), 'pass'],
  ['a session did', stopped(session({ pid: 5 })), 'warning', /0 processes and 1 session outlived/],
  ['our own plant did', stopped(process({ pid: 9_000, control: 'planted' })), 'pass'],
  ['never stopped', {}, 'not judged', /was not stopped/],
])

function withoutBeats(fromMs: number, untilMs: number): Timeline {
  return fold(factsOf(), entriesOf().filter(({ kind, atMs }) => kind !== 'beat' || atMs < fromMs || atMs >= untilMs).map((entry, n) => ({ ...entry, n })))
}

function missing(share: number): Timeline {
  let owed = 0
  const entries = entriesOf().map((entry): Entry => {
    if (entry.kind !== 'beat') return entry
    owed += share
    if (owed < 1) return entry
    owed -= 1
    return { ...entry, missed: ['postgres'] }
  })
  return fold(factsOf(), entries)
}
