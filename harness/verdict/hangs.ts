import { holdersOf, type Pair, pairsOf, sessionsOf } from '../attribution/pairs.ts'
import type { Process, Session } from '../timeline/member.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { exhaustionOf } from './exhaustion.ts'
import { momentsOfLocks } from './moments.ts'
import { key } from './rest.ts'
import type { Finding, Hang, Survivor } from './verdict.ts'
import { inOrder } from './words.ts'

/**
 * What is left of each request: its session and the process that holds the other end of it. A session of many holders is
 * shown with the one that carries a request, else with the one that is itself a survivor.
 */
export function hangsOf(timeline: Timeline, leaks: readonly Finding[]): readonly Hang[] {
  const survivors = new Map(leaks.flatMap((leak) => ('survivors' in leak ? leak.survivors : [])).map((survivor) => [key(survivor.member), survivor]))
  const pairs = pairsOfRun(timeline)
  const listed = new Set<string>()
  const hang = (process: Process | null, session: Session | null): Hang => {
    for (const member of [process, session]) if (member !== null) listed.add(key(member))
    const by = [process, session].flatMap((member) => (member === null ? [] : [survivors.get(key(member))])).filter((survivor) => survivor !== undefined && (session === null || survivor.keptMore === undefined))
    return { process, session, ...evidenceFor(timeline, process, session), why: by[0]?.why ?? null, bornIn: by[0]?.bornIn ?? null }
  }

  const all = [...survivors.values()].sort(byId)
  const bySession = all.flatMap(({ member }) => (member.kind === 'session' ? [hang(bestHolder(holdersOf(pairs, member), survivors), member)] : []))
  const byProcess = all.flatMap(({ member, bornIn, keptMore }) => (member.kind === 'process' && !listed.has(key(member)) && !isFrontEnd(member, bornIn) ? [hang(member, keptMore ? null : (sessionsOf(pairs, member)[0] ?? null))] : []))
  return [...bySession, ...byProcess]
}

/**
 * How many things are left: each hang is one, and so is each survivor that is neither session nor process, and each half-closed socket of its own. Of a process that keeps
 * more and more each descriptor or thread is one, and of a session each lock that a request left on it. A place of a pool is lost with the session that is not given back, or that the server
 * ended: only places beyond the sessions are lost in their own right.
 */
export function leftBehind(timeline: Timeline, hangs: readonly Hang[], leaks: readonly Finding[]): number {
  const survivors = leaks.flatMap((leak) => ('survivors' in leak ? leak.survivors : []))
  const keysOf = (is: (kind: Survivor['member']['kind']) => boolean): number => new Set(survivors.flatMap(({ member }) => (is(member.kind) ? [key(member)] : []))).size
  const others = keysOf((kind) => kind !== 'session' && kind !== 'process' && kind !== 'place')
  const ofHang = ({ session }: Hang): number => Math.max(1, session === null ? 0 : momentsOfLocks(timeline, session).length)
  return hangs.filter((hang) => !isKeeper(hang, leaks)).reduce((sum, hang) => sum + ofHang(hang), 0) + others + keptByCycle(leaks).length + placesOfTheirOwn(hangs, leaks).length + socketsOfTheirOwn(timeline, hangs, leaks).sockets
}

/** A process that is there because of what it keeps, and for nothing else. */
export const isKeeper = ({ process, session }: Hang, leaks: readonly Finding[]): boolean =>
  process !== null && session === null && leaks.some((leak) => 'survivors' in leak && leak.survivors.some(({ member, keptMore }) => keptMore !== undefined && key(member) === key(process)))

/**
 * The cycle of each thing that a process keeps. A thread may keep a descriptor, so of one process those count of which it keeps most; and a half-closed socket is
 * a descriptor that is told already.
 */
export function keptByCycle(leaks: readonly Finding[]): readonly number[] {
  const most = new Map<string, readonly number[]>()
  for (const { member, bornIn, keptMore } of leaks.flatMap((leak) => ('survivors' in leak ? leak.survivors : []))) {
    if (keptMore === undefined || member.kind !== 'process') continue
    const kept = keptMore.flatMap(({ cycle, rise }) => Array.from({ length: rise }, () => cycle)).slice(isFrontEnd(member, bornIn) ? member.closeWait : 0)
    if (kept.length > (most.get(key(member))?.length ?? 0)) most.set(key(member), kept)
  }
  return [...most.values()].flat()
}

/** Which of the lost places went with the sessions that hang, and with those that the server ended, is not known: the first so many. */
export function placesOfTheirOwn(hangs: readonly Hang[], leaks: readonly Finding[]): readonly Survivor[] {
  const survivors = leaks.flatMap((leak) => ('survivors' in leak ? leak.survivors : []))
  const ended = new Set(survivors.flatMap(({ member }) => (member.kind === 'other' && member.resource === sessionsEnded ? [member.id] : [])))
  return survivors.filter(({ member }) => member.kind === 'place').slice(hangs.filter(({ session }) => session !== null).length + ended.size)
}

/** Resource of a session that the server ended by a time-out of its own: it is gone, and its place in the pool may be too. */
export const sessionsEnded = 'pg.sessions-ended'

/**
 * A front end keeps a half-closed socket for each request that hangs behind it; only sockets beyond those are left in their own right. Once the application is exhausted it keeps one
 * for each that waits in vain: where places or sessions are lost, these are the leak, and the sockets its victims.
 */
export function socketsOfTheirOwn(timeline: Timeline, hangs: readonly Hang[], leaks: readonly Finding[]): { readonly processes: ReadonlySet<string>; readonly sockets: number } {
  const survivors = leaks.flatMap((leak) => ('survivors' in leak ? leak.survivors : []))
  const frontEnds = new Map(survivors.flatMap(({ member, bornIn }) => (member.kind === 'process' && isFrontEnd(member, bornIn) ? [[key(member), member.closeWait] as const] : [])))
  const sockets = frontEnds.values().reduce((sum, closeWait) => sum + closeWait, 0)
  const areVictims = exhaustionOf(timeline) !== null && (hangs.length > 0 || placesOfTheirOwn(hangs, leaks).length > 0)
  return { processes: new Set(frontEnds.keys()), sockets: areVictims ? 0 : Math.max(0, sockets - hangs.length) }
}

/** There before the first request, with sockets whose clients have gone: what is left are the sockets, not the process. */
const isFrontEnd = (process: Process, bornIn: number | null): boolean => bornIn === null && process.request === null && process.closeWait > 0

/** Of each session and process the latest pair: a hung pair may be gone by the time of the last look. */
function pairsOfRun({ looks }: Timeline): readonly Pair[] {
  const latest = new Map<string, Pair>()
  for (const look of looks) for (const pair of pairsOf(look)) latest.set(`${pair.session.id} ${pair.process.id}`, pair)
  return [...latest.values()]
}

const bestHolder = (holders: readonly Process[], survivors: ReadonlyMap<string, Survivor>): Process | null =>
  holders.find(({ request }) => request !== null) ?? holders.find((holder) => survivors.has(key(holder))) ?? holders[0] ?? null

function evidenceFor(timeline: Timeline, process: Process | null, session: Session | null): Pick<Hang, 'url' | 'lastLogLine' | 'evidence'> {
  const ids = [process?.id, session?.id].filter((id) => id !== undefined)
  const stored = timeline.evidence.filter(({ members }) => members.some((id) => ids.includes(id)))
  const suspected = timeline.suspects.find((suspect) => suspect.url !== null && (suspect.process === process?.id || (session !== null && suspect.session === session.id)))
  return {
    url: process?.request?.url ?? suspected?.url ?? null,
    lastLogLine: stored.findLast(({ lastLogLine }) => lastLogLine !== null)?.lastLogLine ?? null,
    evidence: stored[0]?.file ?? null,
  }
}

const byId = (a: Survivor, b: Survivor): number => inOrder(key(a.member), key(b.member))
