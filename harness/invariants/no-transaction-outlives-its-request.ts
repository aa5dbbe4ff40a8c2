import { holdersOf, pairsOf } from '../attribution/pairs.ts'
import type { Member, Session } from '../timeline/member.ts'
import { ageOf } from '../verdict/ages.ts'
import { isAtWork } from '../verdict/at-work.ts'
import { isWorkedOn } from '../verdict/progress.ts'
import { noRest, untouchedRests } from '../verdict/rest.ts'
import { isSession, latestOfEach, type Sighting, type Stay, staysAtEach, survivor } from '../verdict/stay.ts'
import { declaredTransactionMs, patienceMs, transactionThresholdMs } from '../verdict/thresholds.ts'
import type { Invariant, Opinion, Survivor } from '../verdict/verdict.ts'
import { count, duration } from '../verdict/words.ts'

/**
 * `idle in transaction` alone is no failure: healthy applications show it for seconds under load, and some pools rest in it for ever. It is a leak if it costs others something: if it
 * holds a snapshot, a transaction id or relation locks.
 */
export default {
  name: 'no transaction outlives its request',
  check: (timeline) => {
    const rests = untouchedRests(timeline)
    if (rests.length === 0) return noRest
    const thresholdMs = transactionThresholdMs(timeline)
    const ageMs = (stay: Stay<Session>): number => ageOf(timeline, stay, stay.latest.transactionAgeMs)
    const oldest = (stays: readonly Stay<Session>[]): number => Math.max(...stays.map(ageMs))
    const told = (stays: readonly Stay<Session>[]): readonly Survivor[] => stays.map((stay) => survivor(stay, describe(stay, ageMs(stay))))
    const stays = staysAtEach(timeline, rests, { is: isOpenTransaction, same: sameTransaction }).flat().filter(isAtRest)
    // While a page is working, its transaction may take as long as the longest healthy one, as a working query may.
    const allowedMs = ({ rest, member }: Stay<Session>): number => (isAtWork(timeline, rest, member) ? declaredTransactionMs(timeline) : thresholdMs)
    const isOld = (stay: Stay<Session>): boolean => ageMs(stay) > allowedMs(stay) && !isWorkedOn(timeline, stay)
    // What was left once is not taken back by what its session does next.
    const leaked = latestOfEach(stays.filter((stay) => isOld(stay) && holdsSomething(stay.latest)))
    const known = new Set(leaked.map(({ member }) => member.id))
    const open = latestOfEach(stays).filter(({ member }) => !known.has(member.id))
    const old = open.filter(isOld)
    const harmless = old.filter(({ latest }) => !holdsSomething(latest))
    // An application that ends what it left after a while makes transactions that ended look slow, and so hides its leak: it is told at least.
    const slow = open.filter((stay) => !old.includes(stay) && stay.gone && holdsSomething(stay.latest) && ageMs(stay) > patienceMs && !isWorkedOn(timeline, stay))
    const undecided = open.filter((stay) => !old.includes(stay) && !stay.gone && holdsSomething(stay.latest))

    if (leaked.length > 0)
      return {
        kind: 'leak',
        sentence: `${count(leaked.length, 'transaction')} stayed open with locks or a snapshot after the load had gone, the oldest for ${duration(oldest(leaked))} (a healthy one here ends within ${duration(thresholdMs)})`,
        survivors: told(leaked),
      }
    if (undecided.length > 0)
      return {
        kind: 'inconclusive',
        sentence: `${count(undecided.length, 'transaction')} with locks or a snapshot ${undecided.length === 1 ? 'was' : 'were'} still open at rest, the oldest for ${duration(oldest(undecided))}: too young, or its process too busy, to be told from a slow one (${duration(thresholdMs)})`,
        settledBy: `let the run settle for more than ${duration(thresholdMs)}, or declare limits.transactionMs`,
      }
    if (slow.length > 0)
      return {
        kind: 'warning',
        sentence: `${count(slow.length, 'transaction')} with locks or a snapshot stayed open and idle when the load had gone, for up to ${duration(oldest(slow))}, and then ended: a slow page, or what a time-out of the application's own takes away`,
        survivors: told(slow),
      }
    if (harmless.length > 0)
      return {
        kind: 'warning',
        sentence: `${count(harmless.length, 'session')} rested in an open transaction that holds no lock and no snapshot: harmless while their number stays flat, but each ends only with its next use`,
        survivors: told(harmless),
      }
    return { kind: 'pass', sentence: `no open transaction with locks or a snapshot stayed at rest beyond ${duration(thresholdMs)}` } satisfies Opinion
  },
} satisfies Invariant

/** An active one is still at work: see no-query-runs-with-nothing-in-flight. An aborted one has no age any more: see no-aborted-transaction-stays. */
const isOpenTransaction = (member: Member): member is Session =>
  isSession(member) && member.transactionAgeMs !== null && (member.state?.startsWith('idle in transaction') ?? false)

/** Only sightings of a transaction that began at the same moment are sightings of one: a pooled session may be in another at each look. */
const sameTransaction = (one: Sighting<Session>, other: Sighting<Session>): boolean => Math.abs(beginning(one) - beginning(other)) < 1_000

const beginning = ({ member, atMs }: Sighting<Session>): number => atMs - (member.transactionAgeMs ?? 0)

/**
 * If the whole server came to rest, so did the session. If it did not, because this very leak kept it busy, the session itself must have been idle for all looks of the rest; a page
 * that works on after its client has left is not.
 */
const isAtRest = ({ rest, member }: Stay<Session>): boolean => rest.quiet || (member.stateAgeMs ?? 0) >= rest.last.atMs - (rest.looks[0]?.atMs ?? 0)

const holdsSomething = (session: Session): boolean => session.holdsXid || session.holdsXmin || session.relationLocks > 0

function describe({ latest, rest }: Stay<Session>, ageMs: number): string {
  const holders = holdersOf(pairsOf(rest.last), latest).map(({ pid }) => pid)
  const held = [latest.relationLocks > 0 && count(latest.relationLocks, 'relation lock'), latest.holdsXid && 'a transaction id', latest.holdsXmin && 'a snapshot'].filter((part) => part !== false)
  return `${latest.state} for ${duration(ageMs)}, holds ${held.join(', ') || 'nothing'}${holders.length > 0 ? `; owned by pid ${holders.join(' and ')}` : ''}`
}
