import type { Look } from '../timeline/entry.ts'
import type { LoggedSession, Member } from '../timeline/member.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { presentThroughout, type Rest, runningLooks, untouchedRests } from '../verdict/rest.ts'
import { isSession } from '../verdict/stay.ts'
import type { Invariant } from '../verdict/verdict.ts'
import { count, list } from '../verdict/words.ts'

/**
 * Sessions are kept twice: as pg_stat_activity shows them, and as the server's log opened and closed them. One that a
 * single book has on all three looks of a quiet rest means that the harness counts wrong. The log may lag behind by more
 * than three looks on a loaded machine: what it catches up with later it had not missed.
 */
export default {
  name: 'the two ledgers agree',
  check: (timeline) => {
    const rests = untouchedRests(timeline).filter(({ quiet }) => quiet)
    const isKept = timeline.looks.some(({ members, counters }) => 'log.live' in counters || members.some(isLogged))
    if (!isKept) return { kind: 'pass', sentence: 'not judged: this run keeps no second ledger' }
    const onlySeen = rests.flatMap((rest) => sessionsOf(rest).filter(({ keys }) => !timeline.looks.some((look) => isLoggedAt(look, keys))).map(({ pid }) => pid))
    const onlyLogged = rests.flatMap((rest) => loggedOf(rest).filter(({ keys }) => !rest.looks.some((look) => isSeenAt(look, keys)) && !isClosedLater(timeline, rest, keys)).map(({ pid }) => pid))
    if (onlySeen.length + onlyLogged.length === 0) return { kind: 'pass', sentence: `sessions as seen and sessions as logged were the same at ${count(rests.length, 'rest')}` }
    const faults = [onlySeen.length > 0 && `${pids(onlySeen)} seen and not in the log`, onlyLogged.length > 0 && `${pids(onlyLogged)} open in the log and not seen`].filter((fault) => fault !== false)
    return { kind: 'inconclusive', sentence: `the two ledgers of sessions disagree: ${list(faults)}`, settledBy: 'run again; if it stays, one of the two probes is at fault' }
  },
} satisfies Invariant

const isLogged = (member: Member): member is LoggedSession => member.kind === 'logged-session'

const sessionsOf = (rest: Rest) => presentThroughout(rest, isSession).map(({ pid, backendStartMs }) => ({ pid, keys: secondsAround(pid, Math.floor(backendStartMs / 1000)) }))

const loggedOf = (rest: Rest) => presentThroughout(rest, isLogged).map(({ pid, id }) => ({ pid, keys: secondsAround(pid, Number(id.slice(id.indexOf('@') + 1))) }))

/** The log cuts the start of a session to the second, pg_stat_activity rounds it to the millisecond. */
const secondsAround = (pid: number, second: number): readonly string[] => [second - 1, second, second + 1].map((s) => `${pid}@${s}`)

const isLoggedAt = ({ members }: Look, keys: readonly string[]): boolean => members.some((member) => isLogged(member) && keys.includes(member.id))

const isSeenAt = ({ members }: Look, keys: readonly string[]): boolean => members.some((member) => isSession(member) && keys.includes(`${member.pid}@${Math.floor(member.backendStartMs / 1000)}`))

/** The log closed it at a later look: by then it had ended, and the log had not yet said so. */
const isClosedLater = (timeline: Timeline, rest: Rest, keys: readonly string[]): boolean => runningLooks(timeline).some((look) => look.atMs > rest.last.atMs && !isLoggedAt(look, keys))

const pids = (all: readonly number[]): string => {
  const known = [...new Set(all)].sort((a, b) => a - b)
  return `${known.length === 1 ? 'pid' : 'pids'} ${list(known.map(String))}`
}
