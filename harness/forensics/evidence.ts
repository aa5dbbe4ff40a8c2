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

/** Hangs that are alike are understood from the first few. */
const mostCases = 12

/**
 * Stores what can be seen of survivors without touching them, before anything is done that might heal them: three looks at /proc half
 * a second apart, their descriptors, their sessions, and the application's last log line. Each identity is stored once.
 */
export function openEvidence({ agent, app, store, record, signal }: EvidenceOptions) {
  const stored = new Set<string>()
  return async (members: readonly Member[]): Promise<void> => {
    const cases = casesOf(members).filter(({ process, session }) => !stored.has(keyOf(process, session))).slice(0, Math.max(0, mostCases - stored.size))
    if (cases.length === 0) return
    signal.throwIfAborted()
    const { seen, unseen } = await seeProcesses(agent, cases.flatMap(({ process }) => process?.pid ?? []), signal)
    for (const { process, session } of cases) {
      stored.add(keyOf(process, session))
      const file = `forensics/${nameOf(process, session)}.json`
      const lastLogLine = process ? await lastWords(app, process.pid) : null
      store(file, `${JSON.stringify({ process, session, lastLogLine, proc: process ? (seen.get(process.pid) ?? unseen) : null }, null, 2)}\n`)
      record({ kind: 'evidence', members: [process, session].flatMap((member) => member?.id ?? []), file, lastLogLine })
    }
  }
}

/** What /proc shows of these processes, by pid; or why it could not be read. An agent that is gone must not end the run: what is left is still a finding. */
async function seeProcesses(agent: Agent, pids: readonly number[], signal: AbortSignal): Promise<{ seen: ReadonlyMap<number, ProcessEvidence>; unseen: string | null }> {
  if (pids.length === 0) return { seen: new Map(), unseen: null }
  try {
    const { evidence } = await agent.ask({ ask: 'evidence', pids }, AbortSignal.any([signal, AbortSignal.timeout(10_000)]))
    return { seen: new Map(evidence.map((one) => [one.pid, one])), unseen: null }
  } catch (error) {
    signal.throwIfAborted()
    return { seen: new Map(), unseen: error instanceof Error ? error.message : String(error) }
  }
}

const lastWords = ({ logTail }: Pick<App, 'logTail'>, pid: number) => logTail(1, `[${pid}]`).then((lines) => lines.at(-1) ?? null, () => null)

/** By identity: the system may use a pid again within one run. */
const nameOf = (process: Process | null, session: Session | null) => (process ? `process-${process.id}` : `backend-${session?.id}`).replace('@', '-')

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
