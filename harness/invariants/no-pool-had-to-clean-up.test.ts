import { claims } from '../testing/claims.ts'
import { counting } from '../testing/looking.ts'
import { fold, type Run, entriesOf, factsOf, startOf, timelineOf } from '../testing/timeline-of.ts'
import type { Entry, Look } from '../timeline/entry.ts'
import type { Timeline } from '../timeline/timeline.ts'
import noPoolHadToCleanUp from './no-pool-had-to-clean-up.ts'

const line = 'WARNING:psycopg.pool:rolling back returned connection: <psycopg.Connection [INTRANS] (database=app) at 0x7f6c31351650>'
const said = (atMs: number, cleanup = 'psycopg-transaction') => ({ kind: 'pool-cleanup', cleanup, line, atMs }) as const

/** A run that reads the application's log. */
const reading = (timeline: Timeline): Timeline => ({ ...timeline, facts: { ...timeline.facts, probes: [...timeline.facts.probes, 'application-log'] } })
const run = (of: Run = {}, cleanups = 0, unread = 0): Timeline => reading(counting(() => ({ 'app.pool-cleanups': cleanups, 'app.unread-logs': unread }), of))

/** A run that was stopped: its application served until `stopMs`. */
function stopped(of: Run, stopMs: number): Timeline {
  const look = (atMs: number, reading: Look['reading'], cleanups: number): Entry => ({ kind: 'look', reading, quiescent: true, counters: { 'app.pool-cleanups': cleanups, 'app.unread-logs': 0 }, members: [], n: 0, atMs })
  const before = entriesOf({ ...of, end: 'cut-off' }).filter(({ atMs }) => atMs < stopMs)
  return reading(fold(factsOf(of), [...before, look(stopMs, 'control-removed', 1), ...entriesOf(of).filter(({ kind, atMs }) => kind === 'pool-cleanup' && atMs > stopMs), look(stopMs + 2_000, 'stopped', 9)].map((entry, n) => ({ ...entry, n }))))
}

claims(noPoolHadToCleanUp, [
  ['a log that was read, with nothing in it', run(), 'pass', /^no pool said in the application's log that it cleaned up after a request$/],
  ['one that came back open', run({ also: [said(startOf(4) + 900)] }, 1), 'warning', /^1 time a pool cleaned up after a request: psycopg_pool rolled back a transaction that was still open when its connection came back; first in cycle 4: WARNING:psycopg\.pool:rolling back/],
  ['more than are in the record', run({ also: Array.from({ length: 20 }, (_, i) => said(startOf(3) + i)) }, 1_240), 'warning', /^1,240 times a pool cleaned up/],
  ['one before any load', run({ also: [said(3_000)] }, 1), 'warning', /; first before any load: /],
  ['several kinds', run({ also: [said(startOf(3)), said(startOf(4), 'asyncpg-transaction'), said(startOf(5))] }, 3), 'warning', /^3 times .*: psycopg_pool rolled back .* and asyncpg rolled back .*; first in cycle 3: /],
  ['a kind that only a newer Lowtide knows', run({ also: [said(startOf(3), 'toString')] }, 1), 'warning', /^1 time a pool cleaned up after a request: "toString"; first/],
  ['a record that was cut off before its first look', reading(fold(factsOf(), [{ ...said(2_000), n: 0 }])), 'warning', /^1 time/],
  ['one as the application was stopped', stopped({ also: [said(startOf(8) + 500)] }, startOf(8)), 'pass'],
  ['one before, and others as it was stopped', stopped({ also: [said(startOf(5)), said(startOf(8) + 500)] }, startOf(8)), 'warning', /^1 time a pool/],
  ['a log that could not be read', run({}, 0, 1), 'not judged', /^1 log of the application's could not be read$/],
  ['a log that could not be read, beside one in which a pool speaks', run({ also: [said(startOf(4))] }, 1, 1), 'warning'],
  ['a record of before that log was read', timelineOf(), 'not judged', /^this run does not read the application's log$/],
])
