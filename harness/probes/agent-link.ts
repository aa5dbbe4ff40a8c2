import type { Readable, Writable } from 'node:stream'
import { linesOf } from '../timeline/lines.ts'
import type { Process } from '../timeline/member.ts'

/** The harness's end of the agent, a program without dependencies that reads /proc where the application lives. */
export type Agent = AsyncDisposable & {
  /** Rejects when the agent has ended, when it cannot answer, or when `signal` aborts first. */
  readonly ask: <A extends Ask>(ask: A, signal: AbortSignal) => Promise<Answer<A>>
}

/** What an agent can be asked. */
export type Ask =
  /** Counters of everything in scope. */
  | { readonly ask: 'beat' }
  /** Counters and every process. */
  | { readonly ask: 'look' }
  /** Reads /proc of these processes three times, 500 ms apart, which shows progress or none. Not redacted: whoever stores it has to do that. */
  | { readonly ask: 'evidence'; readonly pids: readonly number[] }
  /** Starts a program in the agent's namespaces as part of the application: the control's planter. Answers with its first line. */
  | { readonly ask: 'plant'; readonly program: string; readonly env: Readonly<Record<string, string>> }
  | { readonly ask: 'unplant' }

/** What it answers to each. */
export type Answer<A extends Ask> =
  A extends { ask: 'beat' } ? { readonly counters: Readonly<Record<string, number>> }
  : A extends { ask: 'look' } ? { readonly counters: Readonly<Record<string, number>>; readonly processes: readonly Process[]; readonly mainProcess: string | null }
  : A extends { ask: 'evidence' } ? { readonly evidence: readonly ProcessEvidence[] }
  : A extends { ask: 'plant' } ? { readonly pid: number; readonly firstLine: string }
  : A extends { ask: 'unplant' } ? { readonly done: true }
  : never

/** What /proc tells of one process. */
export type ProcessEvidence = {
  readonly pid: number
  /** One map for each reading: from the name of the /proc file to its text. */
  readonly looks: readonly Readonly<Record<string, string>>[]
  /** From the number of a descriptor to what it points at. */
  readonly descriptors: Readonly<Record<string, string>>
}

/** The agent's standard streams, and how to end it. */
export type AgentStreams = { readonly input: Writable; readonly output: Readable; readonly errors: Readable; readonly end: () => Promise<void> }

/** The agent's settings. They are its only argument, as JSON. */
export type AgentSettings = { readonly run: string; readonly scope: 'tag' | 'namespace'; readonly appPort: number; readonly databasePort: number }

/** Links an agent's streams to questions: these go to its input, and answers are matched to them by number. `end` closes whatever carries the streams. */
export function linkAgent({ input, output, errors, end }: AgentStreams): Agent {
  const waiting = new Map<number, { resolve: (answer: never) => void; reject: (error: Error) => void }>()
  let asked = 0
  let gone: Error | null = null
  let lastWords = ''

  errors.on('data', (chunk) => (lastWords = (lastWords + String(chunk)).slice(-500)))
  input.on('error', () => {}) // a broken pipe shows as the end of the output
  const take = (line: string) => {
    const { id, error, ...answer } = parse(line)
    const question = waiting.get(id)
    waiting.delete(id)
    if (error) question?.reject(new Error(`the agent could not answer: ${error}`))
    else question?.resolve(answer as never)
  }
  void (async () => {
    for await (const line of linesOf(output)) take(line)
  })().catch(() => {}).finally(() => {
    gone = new Error(`the agent has ended${lastWords ? `: ${lastWords.trim()}` : ''}`)
    for (const { reject } of waiting.values()) reject(gone)
    waiting.clear()
  })

  return {
    ask: (ask, signal) =>
      new Promise((resolve, reject) => {
        if (gone) return reject(gone)
        if (signal.aborted) return reject(signal.reason)
        const id = (asked += 1)
        const giveUp = () => waiting.delete(id) && reject(signal.reason)
        signal.addEventListener('abort', giveUp, { once: true })
        const settle = <T>(then: (value: T) => void) => (value: T) => (signal.removeEventListener('abort', giveUp), then(value))
        waiting.set(id, { resolve: settle(resolve), reject: settle(reject) })
        input.write(`${JSON.stringify({ id, ...ask })}\n`)
      }),
    [Symbol.asyncDispose]: async () => {
      input.end()
      await end()
    },
  }
}

/** A line that a runtime prints on its own is no answer, and no error either. */
function parse(line: string): { id: number; error?: string } {
  try {
    return JSON.parse(line)
  } catch {
    return { id: -1 }
  }
}
