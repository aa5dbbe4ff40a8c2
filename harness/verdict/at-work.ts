import { holdersOf, pairsOf, sessionsOf } from '../attribution/pairs.ts'
import type { Member, Process, Session } from '../timeline/member.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { isStill } from './progress.ts'
import { readingsOf, type Rest } from './rest.ts'

/**
 * Whether a member, or the process that has to end it, was still working during a rest that was not quiet. A long page goes on after its client has left, and keeps its half-closed
 * socket, its lock and its children until it ends: these are not left behind yet. That the rest was not quiet is a finding of its own, and what is still there at a quiet rest is judged
 * at that one.
 */
export function isAtWork(timeline: Timeline, rest: Rest, member: Member): boolean {
  if (rest.quiet) return false
  switch (member.kind) {
    case 'session':
      return isInUse(rest, member) || holdersOf(pairsOf(rest.last), member).some((holder) => isBusy(timeline, rest, holder))
    case 'process': {
      const inCharge = member.state === 'Z' ? rest.last.members.find((other) => other.kind === 'process' && other.pid === member.parentPid) : member
      return inCharge?.kind === 'process' && isBusy(timeline, rest, inCharge)
    }
    case 'logged-session':
    case 'prepared-transaction':
    case 'replication-slot':
    case 'temporary-table':
    case 'table':
    case 'server':
    case 'place':
    case 'other':
      return false
    default:
      return member satisfies never
  }
}

/** Whether a process uses CPU time, has a thread that wants to, or waits for a query of its own that is working. */
function isBusy(timeline: Timeline, rest: Rest, process: Process): boolean {
  const known = busy.get(rest) ?? new Map<string, boolean>()
  const is = known.get(process.id) ?? (!isStill(timeline, process, rest.last.atMs) || sessionsOf(pairsOf(rest.last), process).some((session) => session.state === 'active' && !waitsForOthers(rest, session)))
  busy.set(rest, known.set(process.id, is))
  return is
}
/** The answers so far: hundreds of zombies may have one parent. */
const busy = new WeakMap<Rest, Map<string, boolean>>()

/** Whether a session runs a query that is working, or has begun or ended one since the first look of the rest. */
const isInUse = (rest: Rest, session: Session): boolean =>
  session.state === 'active' ? !waitsForOthers(rest, session) : (session.stateAgeMs ?? Number.POSITIVE_INFINITY) < rest.last.atMs - (rest.looks[0]?.atMs ?? 0)

/** Whether a session waits on every look of the rest: for a lock, or for a peer that does not read. Other wait events, as for a file or a latch of the server, are work. */
export const waitsForOthers = (rest: Rest, session: Session): boolean => {
  const readings = readingsOf(rest, session)
  return readings.length === rest.looks.length && readings.every(({ waitEvent }) => waitEvent !== null && waits.has(waitEvent))
}

/** PostgreSQL manual, "Wait Events". */
const waits: ReadonlySet<string> = new Set([
  // Lock
  'advisory',
  'applytransaction',
  'extend',
  'frozenid',
  'object',
  'page',
  'relation',
  'spectoken',
  'transactionid',
  'tuple',
  'userlock',
  'virtualxid',
  // Client
  'ClientRead',
  'ClientWrite',
  // Timeout
  'PgSleep',
])
