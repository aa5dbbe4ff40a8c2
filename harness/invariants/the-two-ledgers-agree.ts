import type { Look } from '../timeline/entry.ts'
import type { LoggedSession, Member, Session } from '../timeline/member.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { presentThroughout, type Rest, runningLooks, untouchedRests } from '../verdict/rest.ts'
import { isSession } from '../verdict/stay.ts'
import type { Invariant } from '../verdict/verdict.ts'
import { count, list } from '../verdict/words.ts'

/**
 * There are two ledgers of sessions: pg_stat_activity shows those that are open, and the server's log tells which were opened and closed. If only one of them has a session on all three
 * looks of a quiet rest, the harness counts wrong. On a busy machine the log may be late by more than three looks: what it tells later it has not missed.
 */
export default {
  name: 'the two ledgers agree',
  check: (timeline) => {
    const rests = untouchedRests(timeline).filter(({ quiet }) => quiet)
    const isKept = timeline.looks.some(({ members, counters }) => 'log.live' in counters || members.some(isLogged))
    if (!isKept) return { kind: 'not judged', sentence: 'this run keeps no second ledger' }
    if (rests.length === 0) return { kind: 'not judged', sentence: 'no rest was quiet' }
    const everLogged = new Set(timeline.looks.values().flatMap(({ members }) => members.filter(isLogged).map(({ id }) => id)))
    const onlySeen = rests.flatMap((rest) => sessionsOf(rest).filter(({ name }) => !everLogged.has(name)).map(({ pid }) => pid))
    const onlyLogged = rests.flatMap((rest) => {
      const seen = new Set(rest.looks.flatMap(({ members }) => members.filter(isSession).map(nameOf)))
      return loggedOf(rest).filter(({ name }) => !seen.has(name) && !isClosedLater(timeline, rest, name)).map(({ pid }) => pid)
    })
    if (onlySeen.length + onlyLogged.length === 0) return { kind: 'pass', sentence: `sessions as seen and sessions as logged were the same at ${count(rests.length, 'rest')}` }
    const faults = [onlySeen.length > 0 && `${pids(onlySeen)} seen and not in the log`, onlyLogged.length > 0 && `${pids(onlyLogged)} open in the log and not seen`].filter((fault) => fault !== false)
    return { kind: 'inconclusive', sentence: `the two ledgers of sessions disagree: ${list(faults)}`, settledBy: 'run again; if it stays, one of the two probes is at fault' }
  },
} satisfies Invariant

const isLogged = (member: Member): member is LoggedSession => member.kind === 'logged-session'

/** The log tells the start of a session in whole seconds only: this name fits both ledgers. */
const nameOf = ({ pid, backendStartMs }: Session): string => `${pid}@${Math.floor(backendStartMs / 1000)}`

const sessionsOf = (rest: Rest) => presentThroughout(rest, isSession).map((session) => ({ pid: session.pid, name: nameOf(session) }))

const loggedOf = (rest: Rest) => presentThroughout(rest, isLogged).map(({ pid, id }) => ({ pid, name: id }))

const isLoggedAt = ({ members }: Look, name: string): boolean => members.some((member) => isLogged(member) && member.id === name)

/** Whether a later look shows that the log closed it: then it had ended before, and the log was only late. */
const isClosedLater = (timeline: Timeline, rest: Rest, name: string): boolean => runningLooks(timeline).some((look) => look.atMs > rest.last.atMs && !isLoggedAt(look, name))

const pids = (all: readonly number[]): string => {
  const known = [...new Set(all)].sort((a, b) => a - b)
  return `${known.length === 1 ? 'pid' : 'pids'} ${list(known.map(String))}`
}
