import { pairsOf } from '../attribution/pairs.ts'
import type { Member, Process } from '../timeline/member.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { type Rest, runningLooks, untouchedRests } from '../verdict/rest.ts'
import { isPlanted, isProcess, ownThroughout } from '../verdict/stay.ts'
import type { Invariant } from '../verdict/verdict.ts'
import { count, list } from '../verdict/words.ts'

/**
 * The third ledger of sessions: connections to the database as the kernel has them. If a process of the application holds one through a whole quiet rest and the server shows no session
 * for it, one of the two probes counts wrong, or something never got as far as a session. Judged only where ports match at all: a proxy or a pooler in between has ports of its own. A
 * session without a socket is the subject of another invariant.
 */
export default {
  name: 'every database socket has its session',
  check: (timeline) => {
    const rests = untouchedRests(timeline).filter(({ quiet }) => quiet)
    const matched = timeline.looks.some((look) => pairsOf(look).some(({ session }) => !isPlanted(timeline, session, look)))
    if (!matched) return { kind: 'not judged', sentence: 'no session could be matched to a process by its port' }
    if (rests.length === 0) return { kind: 'not judged', sentence: 'no rest was quiet' }
    const alone = [...new Set(rests.flatMap((rest) => heldThroughout(timeline, rest).filter((port) => !rest.looks.some((look) => hasSession(look.members, port)) && !isResolvedLater(timeline, rest, port))))]
    if (alone.length === 0) return { kind: 'pass', sentence: `sockets to the database and sessions were the same at ${count(rests.length, 'rest')}` }
    return {
      kind: 'inconclusive',
      sentence: `${count(alone.length, 'socket')} of the application to the database had no session at the other end: local ${alone.length === 1 ? 'port' : 'ports'} ${list(alone.map(String))}`,
      settledBy: 'run again; if it stays, see whether the application connects to another server by the same port, or never logs in',
    }
  },
} satisfies Invariant

/** Ports of connections that one process held on every look. */
const heldThroughout = (timeline: Timeline, rest: Rest): readonly number[] =>
  ownThroughout(timeline, rest, isProcess).flatMap((process) => process.databasePorts.filter((port) => rest.looks.every(({ members }) => members.some((member) => isSame(member, process) && member.databasePorts.includes(port)))))

const isSame = (member: Member, process: Process): member is Process => isProcess(member) && member.id === process.id

const hasSession = (members: readonly Member[], port: number): boolean => members.some((member) => member.kind === 'session' && member.clientPort === port)

/** Sockets and sessions are read one after the other: where a later look shows the socket with its session, or shows it no more, one reading was only late. */
const isResolvedLater = (timeline: Timeline, rest: Rest, port: number): boolean =>
  runningLooks(timeline).some(({ atMs, members }) => atMs > rest.last.atMs && (hasSession(members, port) || !members.some((member) => isProcess(member) && member.databasePorts.includes(port))))
