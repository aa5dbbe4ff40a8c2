import { claims } from '../testing/claims.ts'
import { counting, looking } from '../testing/looking.ts'
import { type Being, process, session, startOf } from '../testing/timeline-of.ts'
import everyDatabaseSocketHasItsSession from './every-database-socket-has-its-session.ts'
import noProcessWasKilledForMemory from './no-process-was-killed-for-memory.ts'
import theStatisticsAgreeWithTheLog from './the-statistics-agree-with-the-log.ts'
import theStatisticsWereNotReset from './the-statistics-were-not-reset.ts'

const server = (...ports: readonly number[]): Being => process({ pid: 9, databasePorts: [40_005, ...ports] })
const pooled = session({ pid: 5 })

claims(everyDatabaseSocketHasItsSession, [
  ['each has', { beings: [server(), pooled] }, 'pass'],
  ['one has not, through whole quiet rests', { beings: [server(41_000), pooled] }, 'inconclusive', /^1 socket of the application to the database had no session at the other end: local port 41000$/],
  ['one had none at its first rest, and has it now', { beings: [server(40_006), pooled, session({ pid: 6, fromMs: startOf(5) })] }, 'pass'],
  ['one was held for a while and is closed', { beings: [({ atMs, ...moment }) => (atMs > startOf(4) && atMs < startOf(5) ? server(41_000) : server())({ atMs, ...moment }), pooled] }, 'pass'],
  ['one on two looks of three', { beings: [(moment) => (moment.atMs % 1_000 === 0 ? server() : server(41_000))(moment), pooled] }, 'pass'],
  ['in rests that are not quiet, where one may be logging in', { beings: [server(41_000), pooled], unquiet: () => '1 queries running' }, 'not judged', /^no rest was quiet$/],
  ['in one of them', { beings: [({ atMs, ...moment }) => (atMs > startOf(4) && atMs < startOf(5) ? server(41_000) : server())({ atMs, ...moment }), pooled], unquiet: (cycle) => (cycle === 4 ? '1 queries running' : undefined) }, 'pass'],
  ['no port matches: a pooler in between', { beings: [process({ pid: 9, databasePorts: [41_000, 41_001] }), pooled] }, 'not judged', /no session could be matched/],
  ['only the planted match', { beings: [process({ pid: 9, databasePorts: [41_000] })] }, 'not judged'],
])

/** The server had counted three sessions before the log began. */
const books = (statistics: (atMs: number) => number, log: (atMs: number) => number = (atMs) => Math.floor(atMs / 1_000)) => counting(({ atMs }) => ({ 'pg.sessions-opened': 3 + statistics(atMs), 'log.sessions': log(atMs) }))
const perSecond = (atMs: number): number => Math.floor(atMs / 1_000)

claims(theStatisticsAgreeWithTheLog, [
  ['not both are kept: an older record', {}, 'not judged'],
  ['they grow alike', books(perSecond), 'pass', /grew alike/],
  ['the statistics lag at one rest', books((atMs) => perSecond(atMs) - (atMs > startOf(4) && atMs < startOf(5) ? 2 : 0)), 'pass'],
  ['they lag in the first rests', books((atMs) => perSecond(atMs) - (atMs < startOf(1) ? 1 : 0)), 'pass'],
  ['they lag at the very end', books((atMs) => perSecond(atMs) - (atMs > startOf(8) ? 1 : 0)), 'pass'],
  ['a session that the log never opened', books((atMs) => perSecond(atMs) + (atMs > startOf(4) ? 1 : 0)), 'inconclusive', /^the statistics count 1 session more than the log has opened$/],
  ['three that the statistics never counted', books((atMs) => perSecond(atMs) - (atMs > startOf(6) ? 3 : 0)), 'inconclusive', /3 sessions fewer/],
])

claims(theStatisticsWereNotReset, [
  ['not looked for: an older record', {}, 'not judged'],
  ['never', counting(() => ({ 'pg.statistics-reset-ms': 0 })), 'pass'],
  ['before the run', counting(() => ({ 'pg.statistics-reset-ms': 1_795_000_000_000 })), 'pass'],
  ['in the midst of it', counting(({ atMs }) => ({ 'pg.statistics-reset-ms': atMs > startOf(4) ? 1_795_000_000_000 : 0 })), 'inconclusive', /before the end of cycle 4/],
  ['after the application was stopped', looking((look) => ({ ...look, counters: { 'pg.statistics-reset-ms': look.reading === 'stopped' ? 1 : 0 } })), 'pass'],
])

claims(noProcessWasKilledForMemory, [
  ['not looked for: an older record', {}, 'not judged'],
  ['none was', counting(() => ({ 'app.memory-kills': 0 })), 'pass'],
  ['some were, before the run', counting(() => ({ 'app.memory-kills': 4 })), 'pass'],
  ['one was', counting(({ atMs }) => ({ 'app.memory-kills': atMs > startOf(5) ? 5 : 4 })), 'inconclusive', /^the kernel killed 1 process for want of memory/],
])
