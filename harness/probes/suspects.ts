import type { Suspect } from '../timeline/entry.ts'
import type { Member, Process, Session } from '../timeline/member.ts'

/** A suspect, with the process and the session that it is about. */
export type Suspected = Suspect & { readonly members: readonly (Process | Session)[] }

/** A process and its session that stand still for this many milliseconds, in an open transaction, are more than a slow page. */
const stillMs = 3_000

/**
 * Watches looks made during load for a process that waits with its CPU clock at a standstill while its session is idle in a transaction. Such a suspect is shown at once but judged only
 * at rest, since healthy applications do this too, for a moment.
 */
export function watchSuspects() {
  const since = new Map<string, { cpuMs: number; atMs: number }>()
  const told = new Set<string>()
  return (members: readonly Member[], atMs: number): Suspected[] => {
    const processes = members.filter((member) => member.kind === 'process' && member.control === null) as Process[]
    const sessions = members.filter((member) => member.kind === 'session')
    const alive = new Set(processes.map(({ id }) => id))
    for (const id of since.keys()) if (!alive.has(id)) since.delete(id)

    return processes.flatMap((process) => {
      const then = since.get(process.id)
      if (!then || then.cpuMs !== process.cpuMs || process.state !== 'S' || (process.runnableThreads ?? 0) > 0) {
        since.set(process.id, { cpuMs: process.cpuMs, atMs })
        return []
      }
      const session = sessions.find(({ clientPort, state, stateAgeMs }) => clientPort !== null && process.databasePorts.includes(clientPort) && state?.startsWith('idle in transaction') === true && (stateAgeMs ?? 0) >= stillMs)
      if (!session || atMs - then.atMs < stillMs || told.has(process.id)) return []
      told.add(process.id)
      return [{ kind: 'suspect' as const, process: process.id, session: session.id, url: process.request?.url ?? null, members: [process, session] }]
    })
  }
}
