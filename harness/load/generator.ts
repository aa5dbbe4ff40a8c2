import type { ChildProcess } from 'node:child_process'
import type { Readable } from 'node:stream'
import type { Sample } from './samples.ts'

/** A process that sends a dose, or its part of one. It stands before its first request, or never got there. */
export type Generator = {
  /** Null when it is ready to begin; else the reason, and it is being killed or gone. */
  readonly notReady: string | null
  /** Lets its requests go. Rejects if it could not be told. */
  readonly begin: (signal: AbortSignal) => Promise<void>
  /** Gives its samples, from now on, to `take`; resolves at their end, rejects at the first that cannot be read. Called once, at once. */
  readonly samples: (take: (sample: Sample) => void) => Promise<void>
  /** Settles once it is gone, its samples are read to the last and its log is whole; never rejects. */
  readonly ended: Promise<GeneratorEnd>
  /** Ends it with all that it started. */
  readonly kill: () => void
  /** Of its processes that run on this machine: one in a cluster has none, nor has one whose container engine has a machine of its own. */
  readonly pids: readonly number[]
  /** CPU time of each of its processes so far, in milliseconds and always in the same order; of one in a cluster as it said last. None where it is not known. */
  readonly cpuMs: () => readonly number[]
}

export type GeneratorEnd = {
  readonly exitCode: number | null
  /** What its exit says went wrong; null if nothing. */
  readonly trouble: string | null
  /** What it said last, newest last, for people to read. */
  readonly tail: string
}

/** `because`: what the system said. */
export type ChildEnd = { readonly kind: 'ended'; readonly exitCode: number | null; readonly killedBy: NodeJS.Signals | null } | { readonly kind: 'not started'; readonly because: string }

/** `error` is there when the program could not be started at all; `close` comes once the output is read to its end. */
export const endOf = (child: ChildProcess): Promise<ChildEnd> =>
  new Promise(resolve => {
    child.once('error', ({ message }) => child.pid === undefined && resolve({ kind: 'not started', because: message }))
    child.once('close', (exitCode, killedBy) => resolve({ kind: 'ended', exitCode, killedBy }))
  })

/** The child is the leader of a process group of its own (`detached`). */
export const killGroup = (child: ChildProcess): void => {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // Gone in the meantime.
  }
}

/** Feeds a generator's output to `read`. What comes after a chunk that it cannot read is passed over. */
export const readAll = (output: Readable, read: (chunk: string) => void): Promise<void> =>
  new Promise((resolve, reject) => {
    output.setEncoding('latin1').on('data', (chunk: string) => {
      try {
        read(chunk)
      } catch (error) {
        reject(error)
      }
    })
    output.once('close', resolve)
  })
