import type { Agent, ProcessEvidence } from '../probes/agent-link.ts'
import type { App } from '../stack/stack.ts'
import type { Evidence } from '../timeline/entry.ts'
import type { Member, Process, Session } from '../timeline/member.ts'

export type EvidenceOptions = {
  readonly agent: Agent
  readonly app: Pick<App, 'logTail'>
  readonly store: (file: string, text: string) => void
  readonly record: (happening: Evidence) => void
  readonly signal: AbortSignal
}

/** A pile of equal hangs is understood from its first few. */
const mostCases = 12

/**
 * Stores what can be seen of survivors without touching them, before anything is done that might heal them: three looks at /proc half
 * a second apart, their descriptors, their sessions, and the application's last words. Each identity once.
 */
export function openEvidence({ agent, app, store, record, signal }: EvidenceOptions) {
  const stored = new Set<string>()
  return async (members: readonly Member[]): Promise<void> => {
    const cases = casesOf(members).filter(({ process, session }) => !stored.has(keyOf(process, session))).slice(0, Math.max(0, mostCases - stored.size))
    if (cases.length === 0) return
    const pids = cases.flatMap(({ process }) => process?.pid ?? [])
    const { evidence } = pids.length > 0 ? await agent.ask({ ask: 'evidence', pids }, AbortSignal.any([signal, AbortSignal.timeout(10_000)])) : { evidence: [] }
    const byPid = new Map<number, ProcessEvidence>(evidence.map((one) => [one.pid, one]))
    for (const { process, session } of cases) {
      stored.add(keyOf(process, session))
      const file = `forensics/${process ? `process-${process.pid}` : `backend-${session?.pid}`}.json`
      const lastLogLine = process ? ((await app.logTail(1, `[${process.pid}]`)).at(-1) ?? null) : null
      store(file, `${JSON.stringify({ process, session, lastLogLine, proc: process ? byPid.get(process.pid) : null }, null, 2)}\n`)
      record({ kind: 'evidence', members: [process, session].flatMap((member) => member?.id ?? []), file, lastLogLine })
    }
  }
}

const keyOf = (process: Process | null, session: Session | null) => `${process?.id}|${session?.id}`

/** Each process with the session at the other end of its connection, and each session that nobody holds. */
function casesOf(members: readonly Member[]): { process: Process | null; session: Session | null }[] {
  const processes = members.filter((member) => member.kind === 'process')
  const sessions = members.filter((member) => member.kind === 'session')
  const ownerless = sessions.filter(({ clientPort }) => clientPort === null || !processes.some(({ databasePorts }) => databasePorts.includes(clientPort)))
  return [
    ...processes.map((process) => ({ process, session: sessions.find(({ clientPort }) => clientPort !== null && process.databasePorts.includes(clientPort)) ?? null })),
    ...ownerless.map((session) => ({ process: null, session })),
  ]
}
