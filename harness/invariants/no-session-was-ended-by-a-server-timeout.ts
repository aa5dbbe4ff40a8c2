import type { Reading, ServerLog } from '../timeline/entry.ts'
import { keptOfEachError } from '../timeline/fold.ts'
import type { OtherMember } from '../timeline/member.ts'
import { serverTimeouts } from '../timeline/server-timeouts.ts'
import type { Stamped, Timeline } from '../timeline/timeline.ts'
import { cycleAt } from '../verdict/cycle-at.ts'
import { isSession } from '../verdict/stay.ts'
import { sessionsEnded } from '../verdict/tally.ts'
import type { Invariant, Survivor } from '../verdict/verdict.ts'
import { count, duration, list } from '../verdict/words.ts'

/**
 * A server's time-out hides a leak from every count: the session is gone, and the application has often lost the place in its pool for good, because its ROLLBACK failed and the line
 * that gives the session back was never reached.
 */
export default {
  name: 'no session was ended by a server time-out',
  check: (timeline) => {
    const { serverLog, controls, facts } = timeline
    if (!facts.probes.includes('postgres-log')) return { kind: 'not judged', sentence: "this run does not read the server's log" }
    const planted = new Set(controls.flatMap(({ planted: { sessionPids, endedPids = [] } }) => [...sessionPids, ...endedPids]))
    const ended = serverLog.filter((line) => line.sqlstate in serverTimeouts && !planted.has(line.pid) && !isOfPlanting(timeline, line))
    if (ended.length === 0) return { kind: 'pass', sentence: 'the server ended no session by a time-out of its own' }
    const isCut = Object.keys(serverTimeouts).some((state) => serverLog.filter(({ sqlstate }) => sqlstate === state).length >= keptOfEachError)
    const kinds = [...new Set(ended.map(({ sqlstate }) => `${serverTimeouts[sqlstate]} (${sqlstate})`))].sort()
    const survivors = ended.map(({ pid, sqlstate, message, atMs }): Survivor => ({
      member: { kind: 'other', id: `${pid} at ${Math.round(atMs)} ms`, resource: sessionsEnded, detail: message } satisfies OtherMember,
      why: `${serverTimeouts[sqlstate]} ended pid ${pid} ${duration(atMs)} into the run: ${message}`,
      bornIn: cycleAt(timeline, atMs),
    }))
    const unlisted = isCut ? unlistedOf(timeline, survivors) : []
    const more = unlisted.reduce((sum, { rise }) => sum + rise, 0)
    return {
      kind: 'leak',
      sentence: `the server had to end ${count(ended.length + more, 'session')}${isCut && more === 0 ? ' or more' : ''}: ${list(kinds)}`,
      survivors: survivors.map((one, i) => (i === survivors.length - 1 && more > 0 ? { ...one, unlisted } : one)),
    }
  },
} satisfies Invariant

/**
 * How many more each cycle's load left than the log's lines tell. The record keeps a limited number of lines of each error, but looks count all of them, up to the control, which makes
 * the server end some itself. None for older records.
 */
function unlistedOf({ looks, cycles }: Timeline, listed: readonly Survivor[]): NonNullable<Survivor['unlisted']> {
  const told = looks.slice(0, looks.findLastIndex(({ reading }) => !isOfControl.has(reading)) + 1).flatMap(({ atMs, counters }) => ('log.sessions-ended' in counters ? [{ atMs, ended: counters['log.sessions-ended'] ?? 0 }] : []))
  const endedBy = (ms: number): number => told.findLast(({ atMs }) => atMs <= ms)?.ended ?? 0
  let left = Math.min(mostUnlisted, Math.max(0, (told.at(-1)?.ended ?? 0) - listed.length))
  return cycles.flatMap(({ cycle, startMs }, i) => {
    const rise = Math.min(left, Math.max(0, endedBy(cycles[i + 1]?.startMs ?? Number.POSITIVE_INFINITY) - endedBy(startMs) - listed.filter(({ bornIn }) => bornIn === cycle).length))
    left -= rise
    return rise > 0 ? [{ cycle, rise }] : []
  })
}

/** A limit, because a damaged record may tell any number, and each counts as a birth. */
const mostUnlisted = 1_000_000

const isOfControl: ReadonlySet<Reading> = new Set(['control-planted', 'control-removed', 'stopped'])

/**
 * Whether a session that the server ended was the control's own: it ended while the control was planted, and was not there just before. The control does not name it if it failed
 * meanwhile, or if its planter did not see the end in time on a busy machine. A session of the application that had waited as long as a time-out takes would have been there before.
 */
function isOfPlanting({ looks }: Timeline, { pid, atMs }: Stamped<ServerLog>): boolean {
  const last = looks.findLastIndex(({ reading }) => reading === 'control-before')
  const [before, next] = [looks[last], looks[last + 1]]
  if (before === undefined || atMs <= before.atMs || atMs > (next?.atMs ?? Number.POSITIVE_INFINITY)) return false
  return !looks.some(({ reading, members }) => reading === 'control-before' && members.some((member) => isSession(member) && member.pid === pid))
}
