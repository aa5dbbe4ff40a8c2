import { holdersOf, type Pair, pairsOf, sessionsOf } from '../attribution/pairs.ts'
import type { Process, Session } from '../timeline/member.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { key } from './rest.ts'
import { isHolder, survivorsOf } from './survivors.ts'
import type { Finding, Hang, Survivor } from './verdict.ts'
import { inOrder } from './words.ts'

/**
 * What is left of each request: its session and the process that holds the other end of it. If several processes hold a session, it is listed with the one that carries a request, else
 * with one that is itself a survivor.
 */
export function hangsOf(timeline: Timeline, leaks: readonly Finding[]): readonly Hang[] {
  // If several survivors name the same member, the one counts that names it for itself and not for what it holds.
  const survivors = new Map(survivorsOf(leaks).toSorted((a, b) => Number(isHolder(b)) - Number(isHolder(a))).map((survivor) => [key(survivor.member), survivor]))
  const pairs = pairsOfRun(timeline, new Set([...survivors.values()].map(({ member }) => member.id)))
  const listed = new Set<string>()
  const hang = (process: Process | null, session: Session | null): Hang => {
    for (const member of [process, session]) if (member !== null) listed.add(key(member))
    const by = [process, session].flatMap((member) => (member === null ? [] : [survivors.get(key(member))])).filter((survivor) => survivor !== undefined && (session === null || survivor.member.kind === 'session' || !isHolder(survivor)))
    return { process, session, ...evidenceFor(timeline, process, session), why: by[0]?.why ?? null, bornIn: by[0]?.bornIn ?? null }
  }

  const all = [...survivors.values()].sort(byId)
  const bySession = all.flatMap(({ member }) => (member.kind === 'session' ? [hang(bestHolder(holdersOf(pairs, member), survivors), member)] : []))
  const byProcess = all.flatMap((survivor) => (survivor.member.kind === 'process' && !listed.has(key(survivor.member)) && !isFrontEnd(survivor) ? [hang(survivor.member, isHolder(survivor) ? null : (sessionsOf(pairs, survivor.member)[0] ?? null))] : []))
  return [...bySession, ...byProcess]
}

/** A process of which the half-closed sockets are left behind, and not itself. */
const isFrontEnd = (survivor: Survivor): boolean => survivor.holds === 'sockets' && isHolder(survivor)

/** The latest pair of each session and process of which one survived. From all looks, since a hung pair may be gone by the time of the last. */
function pairsOfRun({ looks }: Timeline, survived: ReadonlySet<string>): readonly Pair[] {
  const latest = new Map<string, Pair>()
  for (const look of looks) for (const pair of pairsOf(look)) if (survived.has(pair.session.id) || survived.has(pair.process.id)) latest.set(`${pair.session.id} ${pair.process.id}`, pair)
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
