import type { Member, Session } from '../timeline/member.ts'
import { beyondStanding, formOf, isRunningQuery, type StandingQueries, standingQueries } from '../timeline/standing-queries.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { ageOf } from '../verdict/ages.ts'
import { waitsForOthers } from '../verdict/at-work.ts'
import { confirmation, noRest, untouchedRests } from '../verdict/rest.ts'
import { latestOfEach, type Sighting, type Stay, staysAtEach, survivor } from '../verdict/stay.ts'
import { declaredTransactionMs, transactionThresholdMs } from '../verdict/thresholds.ts'
import type { Invariant, Survivor } from '../verdict/verdict.ts'
import { count, duration } from '../verdict/words.ts'

/**
 * A query still runs although no request is in flight. A long page goes on for a while after its client has left: so a query that is working may take as long as the longest healthy
 * transaction, while one that waits, for a lock or for a peer that does not read, may take only as long as transactions usually do. The server is never quiet while a query runs, so
 * this invariant looks at unquiet rests as well.
 */
export default {
  name: 'no query runs with nothing in flight',
  check: (timeline) => {
    const rests = untouchedRests(timeline)
    if (rests.length === 0) return noRest
    const atEach = staysAtEach(timeline, rests, { is: isUnderWay, same: sameQuery })
    const latest = new Set(latestOfEach(atEach.flat()))
    const latestOf = (stays: readonly (readonly Stay<Session>[])[]): readonly Stay<Session>[] => stays.flat().filter((stay) => latest.has(stay))
    const ageMs = (stay: Stay<Session>): number => ageOf(timeline, stay, stay.latest.queryAgeMs)
    const told = (stays: readonly Stay<Session>[]): readonly Survivor[] => stays.map((stay) => survivor(stay, describe(stay, ageMs(stay))))
    const allowedMs = ({ rest }: Stay<Session>, waits: boolean): number => (waits || rest.quiet ? transactionThresholdMs(timeline) : declaredTransactionMs(timeline))
    const oldAtEach = atEach.map((stays) => stays.filter((stay) => ageMs(stay) > allowedMs(stay, waitsForOthers(stay.rest, stay.member))))
    const { isKnown, standing } = standingBefore(timeline)
    const startedAtEach = oldAtEach.map((stays) => startedSince(standing, stays))
    const declared = timeline.facts.limits.standingQueries ?? 0
    const [old, started, orphans] = [latestOf(oldAtEach), latestOf(startedAtEach), latestOf(startedAtEach.map((stays) => stays.slice(declared)))]
    if (old.length === 0) return { kind: 'pass', sentence: 'no query was left running after the load' }
    if (orphans.length > 0)
      return {
        kind: 'leak',
        sentence: `${count(orphans.length, 'query', 'queries')} still ran with nothing in flight${declared > 0 ? ` beyond the ${declared} declared` : ''}, the oldest for ${duration(Math.max(...orphans.map(ageMs)))}`,
        survivors: told(orphans),
      }
    if (!isKnown && old.length > declared) return { kind: 'inconclusive', sentence: `${count(old.length, 'query', 'queries')} ran since the first load or before: no look before the load tells`, settledBy: 'a run in which every probe answers before the load' }
    if (started.length > 0) return { kind: 'pass', sentence: `no more than the ${count(declared, 'query', 'queries')} declared ran after the load` }
    return { kind: 'warning', sentence: `${count(old.length, 'query', 'queries')} of a form that ran before the first request already, and none of the load's`, survivors: told(old) }
  },
} satisfies Invariant

const isUnderWay = (member: Member): member is Session => isRunningQuery(member) && member.queryAgeMs !== null

const sameQuery = (one: Sighting<Session>, other: Sighting<Session>): boolean =>
  Math.abs(one.atMs - (one.member.queryAgeMs ?? 0) - (other.atMs - (other.member.queryAgeMs ?? 0))) < 1_000

const describe = ({ latest }: Stay<Session>, ageMs: number): string => `active for ${duration(ageMs)}${latest.waitEvent === null ? '' : `, waits for ${latest.waitEvent}`}: ${latest.query}`

/**
 * The queries that ran before the load: a standby of an elected leader that waits for its lock, in one query or, with a time-out, in the same one again and again; a long poll; or a job
 * that somebody else runs in the same server. By the last looks before the load, because until then an application is starting. Without a complete look before the load, by the first
 * complete one; then it is not known whether its queries are older than the load.
 */
function standingBefore({ cycles, looks }: Timeline): { readonly isKnown: boolean; readonly standing: StandingQueries } {
  const loadMs = cycles[0]?.startMs ?? Number.NEGATIVE_INFINITY
  const complete = looks.filter(({ missed = [] }) => missed.length === 0)
  const before = complete.filter(({ atMs }) => atMs < loadMs).slice(-confirmation)
  return { isKnown: before.length > 0, standing: standingQueries((before.length > 0 ? before : complete.slice(0, 1)).map(({ members }) => members)) }
}

/**
 * Those of one rest's too old queries, `stays`, that were started since the load: of each form as many as there are more than before the load. The oldest sessions are taken to run
 * those from before. Queries of the same form that ran through the rest without being too old, as a poll that begins anew every few seconds, were there before, too, and so excuse no
 * other.
 */
function startedSince(standing: StandingQueries, stays: readonly Stay<Session>[]): readonly Stay<Session>[] {
  const [first] = stays
  if (first === undefined) return []
  const through = first.rest.looks.map(({ members }) => Map.groupBy(members.filter(isUnderWay), formOf))
  const olds = Map.groupBy(stays, ({ latest }) => formOf(latest))
  const youngOf = (form: string, old: number): number => Math.max(0, Math.min(...through.map((all) => all.get(form)?.length ?? 0)) - old)
  const left = new Map([...olds].map(([form, { length }]) => [form, Math.max(0, (standing.get(form) ?? 0) - youngOf(form, length))]))
  return beyondStanding(left, stays.toSorted((a, b) => a.latest.backendStartMs - b.latest.backendStartMs).map((stay) => ({ stay, query: stay.latest.query }))).map(({ stay }) => stay)
}
