import { pairsOf, holdersOf } from '../attribution/pairs.ts'
import type { Member, Session } from '../timeline/member.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { noRest, type Rest, untouchedRests } from '../verdict/rest.ts'
import { isSession, latestOfEach, type Sighting, type Stay, staysAtEach, survivor } from '../verdict/stay.ts'
import type { Invariant } from '../verdict/verdict.ts'
import { count, duration } from '../verdict/words.ts'

/**
 * A statement failed and nobody has ended its transaction: the connection was lost on the way, or went back into its pool as it was. It holds no lock and no snapshot, and PostgreSQL no
 * longer tells its age, but nobody can use the session before a ROLLBACK. A pool that rolls back when it hands a session out is healthy, and ends the transaction under the next load.
 * So it is a leak only if a whole later load has not touched it, or if the session's next user was refused (25P02) and it is still aborted.
 */
export default {
  name: 'no aborted transaction stays',
  check: (timeline) => {
    const rests = untouchedRests(timeline)
    if (rests.length === 0) return noRest
    const stays = staysAtEach(timeline, rests, { is: isAborted, same: sameFailure }).flat()
    // What was left once is not taken back by what its session does next.
    const leaked = latestOfEach(stays.filter((stay) => outlivedLoads(timeline, stay) > 0 || wasHandedOut(timeline, stay, rests)))
    const known = new Set(leaked.map(({ member }) => member.id))
    const recent = latestOfEach(stays).filter((stay) => !stay.gone && !known.has(stay.member.id))
    // If later loads have passed some over, this is no pool that rolls back on the next use, so those of the last load are left behind as well.
    if (leaked.length > 0)
      return {
        kind: 'leak',
        sentence: `${count(leaked.length, 'session')} stayed in an aborted transaction through a later load: nobody rolls back, and nobody can use ${leaked.length === 1 ? 'it' : 'them'}${recent.length > 0 ? `; ${recent.length} more since the last load` : ''}`,
        survivors: [...leaked, ...recent].map((stay) => survivor(stay, describe(stay))),
      }
    if (recent.length > 0)
      return {
        kind: 'warning',
        sentence: `${count(recent.length, 'session')} rested in an aborted transaction after the last load: harmless if the next use rolls back`,
        survivors: recent.map((stay) => survivor(stay, describe(stay))),
      }
    return { kind: 'pass', sentence: 'no aborted transaction stayed at rest' }
  },
} satisfies Invariant

const isAborted = (member: Member): member is Session => isSession(member) && member.state === 'idle in transaction (aborted)'

const sameFailure = (one: Sighting<Session>, other: Sighting<Session>): boolean => Math.abs(failing(one) - failing(other)) < 1_000

const failing = ({ member, atMs }: Sighting<Session>): number => atMs - (member.stateAgeMs ?? 0)

/** Whether the session was aborted at two rests in a row, and was used between them and answered that its transaction is aborted: whoever gets it does not roll back. */
function wasHandedOut({ serverLog }: Timeline, { member }: Stay<Session>, rests: readonly Rest[]): boolean {
  const isAbortedAt = (rest: Rest | undefined): rest is Rest => rest?.last.members.some((other) => isAborted(other) && other.id === member.id) === true
  const refusals = serverLog.filter(({ pid, sqlstate }) => pid === member.pid && sqlstate === inFailedTransaction)
  return rests.some((rest, i) => {
    const before = rests[i - 1]
    return isAbortedAt(before) && isAbortedAt(rest) && refusals.some(({ atMs }) => atMs > before.last.atMs && atMs <= rest.last.atMs)
  })
}

/** PostgreSQL manual, "PostgreSQL Error Codes": in_failed_sql_transaction. */
const inFailedTransaction = '25P02'

/** How many loads began and ended while it was there. */
function outlivedLoads({ cycles, doses }: Timeline, { sinceMs, untilMs }: Stay<Session>): number {
  return doses.filter(({ cycle, counted, atMs }) => counted > 0 && atMs <= untilMs && cycles.some((span) => span.cycle === cycle && span.startMs >= sinceMs)).length
}

function describe({ latest, rest }: Stay<Session>): string {
  const holders = holdersOf(pairsOf(rest.last), latest).map(({ pid }) => pid)
  return `${latest.state} for ${duration(latest.stateAgeMs ?? 0)}${holders.length > 0 ? `; owned by pid ${holders.join(' and ')}` : ''}; last: ${latest.query}`
}
