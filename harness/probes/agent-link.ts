import type { Process } from '../timeline/member.ts'

/** The harness's end of the agent: a program without dependencies that reads /proc where the application lives. */
export type Agent = AsyncDisposable & {
  readonly ask: <A extends Ask>(ask: A, signal: AbortSignal) => Promise<Answer<A>>
}

export type Ask =
  /** Counters of everything in scope. */
  | { readonly ask: 'beat' }
  /** Counters and every process. */
  | { readonly ask: 'look' }
  /** /proc of these processes three times, 500 ms apart: progress or none. Environments come redacted. */
  | { readonly ask: 'evidence'; readonly pids: readonly number[] }
  /** Starts a program in the agent's namespaces as part of the application: the control's planter. */
  | { readonly ask: 'plant'; readonly program: string; readonly env: Readonly<Record<string, string>> }
  | { readonly ask: 'unplant' }

export type Answer<A extends Ask> =
  A extends { ask: 'beat' } ? { readonly counters: Readonly<Record<string, number>> }
  : A extends { ask: 'look' } ? { readonly counters: Readonly<Record<string, number>>; readonly processes: readonly Process[]; readonly mainProcess: string | null }
  : A extends { ask: 'evidence' } ? { readonly evidence: readonly ProcessEvidence[] }
  : A extends { ask: 'plant' } ? { readonly pid: number; readonly firstLine: string }
  : A extends { ask: 'unplant' } ? { readonly done: true }
  : never

export type ProcessEvidence = {
  readonly pid: number
  /** One map a look: name of the /proc file to its text. */
  readonly looks: readonly Readonly<Record<string, string>>[]
  readonly descriptors: Readonly<Record<string, string>>
}
