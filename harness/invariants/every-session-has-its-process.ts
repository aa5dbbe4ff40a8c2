import { pairsOf } from '../attribution/pairs.ts'
import type { Member, Session } from '../timeline/member.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { isOlderThanLoad, noRest, untouchedRests } from '../verdict/rest.ts'
import { isPlanted, isSession, latestOfEach, staysAt, survivor } from '../verdict/stay.ts'
import { patienceMs } from '../verdict/thresholds.ts'
import type { Invariant } from '../verdict/verdict.ts'
import { count } from '../verdict/words.ts'

/**
 * A session of whose client port no process holds the other end has outlived its owner: that was killed without a FIN, or was cut off behind a translated address. Judged only for
 * clients of which the run has seen owners, since ports do not match across a proxy or a pooler, and somebody else's session is not the application's. The planted sessions prove
 * nothing here: they do not pass through a pooler.
 */
export default {
  name: 'every session has its process',
  check: (timeline) => {
    const owned = new Set(timeline.looks.values().flatMap((look) => pairsOf(look).filter(({ session }) => !isPlanted(timeline, session, look)).map(({ session }) => client(session))))
    if (owned.size === 0) return { kind: 'not judged', sentence: 'no session could be matched to a process by its port' }
    const rests = untouchedRests(timeline)
    if (rests.length === 0) return noRest
    const orphans = latestOfEach(
      rests.flatMap((rest) => {
        const held = new Set(rest.looks.flatMap((look) => pairsOf(look).map(({ session }) => session.id)))
        const is = (member: Member): member is Session => isSession(member) && member.clientPort !== null && !held.has(member.id) && owned.has(client(member))
        return staysAt(timeline, rest, { is }).filter(({ member, sinceMs, untilMs }) => untilMs - sinceMs >= patienceMs && !isOlderThanLoad(timeline, member) && !isHeldLater(timeline, member, rest.last.atMs))
      }),
    )
    if (orphans.length === 0) return { kind: 'pass', sentence: 'every session at rest belonged to a living process' }
    return {
      kind: 'leak',
      sentence: `${count(orphans.length, 'session')} had no owning process left`,
      survivors: orphans.map((stay) => survivor(stay, `no process of the application holds port ${stay.member.clientPort}; last: ${stay.member.query}`)),
    }
  },
} satisfies Invariant

/** What the sessions of one client have in common: role, address and application name. */
const client = ({ user, clientAddress, applicationName }: Session): string => [user, clientAddress, applicationName].join('\0')

/** Processes and sessions are read one after the other: if a later look shows an owner, it had only been missed. */
const isHeldLater = ({ looks }: Timeline, session: Session, atMs: number): boolean => looks.some((look) => look.atMs > atMs && pairsOf(look).some((pair) => pair.session.id === session.id))
