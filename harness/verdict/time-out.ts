import type { Member } from '../timeline/member.ts'
import { serverTimeouts } from '../timeline/server-timeouts.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { healOf, isStillLeft } from './heal.ts'
import { lastSightings, memberAt, runningLooks } from './rest.ts'
import { isEndOf, sessionsEnded } from './tally.ts'
import type { Survivor } from './verdict.ts'
import { duration, list } from './words.ts'

/**
 * Which time-outs took away what was left: `idle_in_transaction_session_timeout of the server`. The application's own have no name that a run could know, but looks tell how long they
 * waited: `one of its own, after 14 s to 16 s`. null where no time-out did.
 */
export function timeOutOf(timeline: Timeline, survivors: readonly Survivor[]): string | null {
  const healed = survivors.filter((survivor) => healOf(timeline, survivor) === 'by time-out').map(({ member }) => ({ member, ofServer: serverTimeoutOf(timeline, member) }))
  const ofServer = [...new Set(healed.flatMap(({ ofServer: name }) => name ?? []))].sort()
  const stays = healed.flatMap(({ member, ofServer: name }) => (name === null ? (stayOf(timeline, member) ?? []) : []))
  const told = [...ofServer.map((name) => `${name} of the server`), ...(stays.length > 0 ? [`one of its own, after ${spanOf(stays)}`] : [])]
  return told.length === 0 ? null : list(told)
}

function serverTimeoutOf(timeline: Timeline, member: Member): string | null {
  const isIts = (line: Timeline['serverLog'][number]): boolean => (member.kind === 'session' ? isEndOf(timeline, member, line) : member.kind === 'other' && member.resource === sessionsEnded && member.id === `${line.pid} at ${Math.round(line.atMs)} ms`)
  const line = timeline.serverLog.find((one) => one.sqlstate in serverTimeouts && isIts(one))
  return line === undefined ? null : (serverTimeouts[line.sqlstate] ?? null)
}

type Span = { readonly leastMs: number; readonly mostMs: number }

/** How long it was left, up to the first look that no longer shows it so. A transaction tells its age; of anything else only the time between looks is known. */
function stayOf(timeline: Timeline, member: Member): Span | null {
  const looks = runningLooks(timeline)
  const leftAt = (at: number): Member | undefined => {
    const look = looks[at]
    const seen = look && memberAt(look, member)
    return seen !== undefined && isStillLeft(member, seen) ? seen : undefined
  }
  let last = lastSightings(timeline).get(member) ?? -1
  while (last >= 0 && leftAt(last) === undefined) last -= 1
  const [seen, lastMs, goneMs] = [leftAt(last), looks[last]?.atMs, looks[last + 1]?.atMs]
  if (seen === undefined || lastMs === undefined || goneMs === undefined) return null
  if (seen.kind === 'session' && seen.transactionAgeMs !== null) return { leastMs: seen.transactionAgeMs, mostMs: seen.transactionAgeMs + goneMs - lastMs }
  let first = last
  while (leftAt(first - 1) !== undefined) first -= 1
  return { leastMs: lastMs - (looks[first]?.atMs ?? lastMs), mostMs: goneMs - (looks[first - 1]?.atMs ?? 0) }
}

/** The range in which one time-out for all of them would lie; where no single one fits, from the shortest to the longest. */
function spanOf(stays: readonly Span[]): string {
  const [least, most] = [stays.map(({ leastMs }) => leastMs), stays.map(({ mostMs }) => mostMs)]
  const [fromMs, toMs] = Math.max(...least) <= Math.min(...most) ? [Math.max(...least), Math.min(...most)] : [Math.min(...least), Math.max(...most)]
  return duration(fromMs) === duration(toMs) ? duration(fromMs) : `${duration(fromMs)} to ${duration(toMs)}`
}
