import { holdersOf, pairsOf, sessionsOf } from '../attribution/pairs.ts'
import type { Member, Process, Session } from '../timeline/member.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { isStill } from './progress.ts'
import { readingsOf, type Rest } from './rest.ts'

/**
 * Whether a member, or the process that has to end it, was at work through a rest that was not quiet. A long page goes on after its client has left, and keeps its half-closed socket, its lock and its
 * children until it ends: they are not left behind yet. That the rest was not quiet is told by itself, and what is still there at a quiet one is judged there.
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

/** It uses CPU time, has a thread that wants to, or waits for a query of its own that works. */
function isBusy(timeline: Timeline, rest: Rest, process: Process): boolean {
  const known = busy.get(rest) ?? new Map<string, boolean>()
  const is = known.get(process.id) ?? (!isStill(timeline, process, rest.last.atMs) || sessionsOf(pairsOf(rest.last), process).some((session) => session.state === 'active' && !waitsForOthers(rest, session)))
  busy.set(rest, known.set(process.id, is))
  return is
}
/** Of hundreds of zombies one parent is asked. */
const busy = new WeakMap<Rest, Map<string, boolean>>()

/** It runs a query that works, or has begun or ended one since the first of the looks. */
const isInUse = (rest: Rest, session: Session): boolean =>
  session.state === 'active' ? !waitsForOthers(rest, session) : (session.stateAgeMs ?? Number.POSITIVE_INFINITY) < rest.last.atMs - (rest.looks[0]?.atMs ?? 0)

/** On every look of the rest: for a lock, or for a peer that does not read. Other events (reading a file, a latch of the server) are work. */
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
