import type { Look } from '../timeline/entry.ts'
import type { Member, Process, Session } from '../timeline/member.ts'

/** A session and a process that holds the client's end of its connection. */
export type Pair = { readonly session: Session; readonly process: Process }

/**
 * Joins sessions to their processes by the client's TCP port. All holders, not the first: a child inherits its
 * parent's sockets, and the only owner of a leaked session may be a child whose parent has long gone.
 */
export function pairsOf({ members }: Pick<Look, 'members'>): readonly Pair[] {
  const known = pairs.get(members)
  if (known !== undefined) return known
  const found = joined(members)
  pairs.set(members, found)
  return found
}

/** A look never changes, and every rule asks it. */
const pairs = new WeakMap<readonly Member[], readonly Pair[]>()

function joined(members: readonly Member[]): readonly Pair[] {
  const holders = new Map<number, Process[]>()
  for (const process of members.filter((member) => member.kind === 'process'))
    for (const port of process.databasePorts) holders.set(port, [...(holders.get(port) ?? []), process])
  return members
    .filter((member) => member.kind === 'session')
    .flatMap((session) => (session.clientPort === null ? [] : (holders.get(session.clientPort) ?? []).map((process) => ({ session, process }))))
}

export const holdersOf = (pairs: readonly Pair[], session: Session): readonly Process[] =>
  pairs.filter((pair) => pair.session.id === session.id).map(({ process }) => process)

export const sessionsOf = (pairs: readonly Pair[], process: Process): readonly Session[] =>
  pairs.filter((pair) => pair.process.id === process.id).map(({ session }) => session)
