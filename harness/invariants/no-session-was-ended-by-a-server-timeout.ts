import type { ServerLog } from '../timeline/entry.ts'
import { keptOfEachError } from '../timeline/fold.ts'
import type { OtherMember } from '../timeline/member.ts'
import type { Stamped, Timeline } from '../timeline/timeline.ts'
import { isSession } from '../verdict/stay.ts'
import { sessionsEnded } from '../verdict/tally.ts'
import type { Invariant } from '../verdict/verdict.ts'
import { count, duration, list } from '../verdict/words.ts'

/**
 * Rule R9. A server's time-out hides a leak from every count: the session is gone, and the application has often lost
 * the slot for good, because its ROLLBACK failed and the line that releases was never reached.
 */
export default {
  name: 'no session was ended by a server time-out',
  check: (timeline) => {
    const { serverLog, controls, cycles } = timeline
    const planted = new Set(controls.flatMap(({ planted: { sessionPids, endedPids = [] } }) => [...sessionPids, ...endedPids]))
    const ended = serverLog.filter((line) => line.sqlstate in timeouts && !planted.has(line.pid) && !isOfPlanting(timeline, line))
    if (ended.length === 0) return { kind: 'pass', sentence: 'the server ended no session by a time-out of its own' }
    const isCut = Object.keys(timeouts).some((state) => serverLog.filter(({ sqlstate }) => sqlstate === state).length >= keptOfEachError)
    const kinds = [...new Set(ended.map(({ sqlstate }) => `${timeouts[sqlstate]} (${sqlstate})`))].sort()
    return {
      kind: 'leak',
      sentence: `the server had to end ${count(ended.length, 'session')}${isCut ? ' or more' : ''}: ${list(kinds)}`,
      survivors: ended.map(({ pid, sqlstate, message, atMs }) => ({
        member: { kind: 'other', id: `${pid} at ${Math.round(atMs)} ms`, resource: sessionsEnded, detail: message } satisfies OtherMember,
        why: `${timeouts[sqlstate]} ended pid ${pid} ${duration(atMs)} into the run: ${message}`,
        bornIn: cycles.findLast(({ startMs }) => startMs <= atMs)?.cycle ?? null,
      })),
    }
  },
} satisfies Invariant

/**
 * Ended while the control was planted, and not there just before: one of the control's own. It tells of none if it fails meanwhile, or if its planter, on a busy machine, does not see the end in
 * time. A session of the application's that waits for as long as a time-out would have been there.
 */
function isOfPlanting({ looks }: Timeline, { pid, atMs }: Stamped<ServerLog>): boolean {
  const last = looks.findLastIndex(({ reading }) => reading === 'control-before')
  const [before, next] = [looks[last], looks[last + 1]]
  if (before === undefined || atMs <= before.atMs || atMs > (next?.atMs ?? Number.POSITIVE_INFINITY)) return false
  return !looks.some(({ reading, members }) => reading === 'control-before' && members.some((member) => isSession(member) && member.pid === pid))
}

/** PostgreSQL manual, "PostgreSQL Error Codes". */
const timeouts: Readonly<Record<string, string>> = {
  '25P03': 'idle_in_transaction_session_timeout',
  '25P04': 'transaction_timeout',
  '57P05': 'idle_session_timeout',
}
