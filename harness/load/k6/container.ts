import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { K6 } from './binary.ts'

/** How a k6 is run that may be one in a container. */
export type Housed = {
  /** Program and leading arguments. */
  readonly command: readonly string[]
  /** Of k6 itself, by this machine's numbers; `client` is the process that was started for it. Null where k6 is not of this machine, as with an engine in a virtual machine; never rejects. */
  readonly pid: (client: number | undefined, port: number) => Promise<number | null>
  /** Removes what is left of it once its process has ended otherwise than well. Null, or why it may be left, as a sentence; never rejects. */
  readonly remove: () => Promise<string | null>
}

/** It has just started the container that it is asked for. */
const toldWithinMs = 5_000

/** More than the engine takes to kill a container and take it down on a busy machine. */
const removedWithinMs = 30_000

/**
 * The engine's client is not the container: killed, it leaves k6 running. So a k6 in a container has a name, by which it is removed, and the run's label, by which whoever cleans up finds it.
 * Any other k6 ends with its process.
 */
export const housed = ({ how, command }: Pick<K6, 'how' | 'command'>, { name, run, withinMs = removedWithinMs }: { readonly name: string; readonly run: string; readonly withinMs?: number }): Housed => {
  if (how !== 'image') return { command, pid: client => Promise.resolve(client ?? null), remove: () => Promise.resolve(null) }
  const [docker = '', verb = '', ...rest] = command
  return {
    command: [docker, verb, `--name=${name}`, `--label=lowtide.run=${run}`, ...rest],
    pid: (_client, port) => promisify(execFile)(docker, ['inspect', '--format={{.State.Pid}}', name], { timeout: toldWithinMs, killSignal: 'SIGKILL' }).then(
      async ({ stdout }) => ((await isK6At(Number(stdout), port)) ? Number(stdout) : null),
      () => null,
    ),
    // One that is gone is no error to it.
    remove: () => promisify(execFile)(docker, ['rm', '--force', '--volumes', name], { timeout: withinMs, killSignal: 'SIGKILL' }).then(
      () => null,
      (error: Error & { readonly killed?: boolean; readonly stderr?: string }) => `the container ${name} of k6 may be left: ${error.killed ? `the engine had not removed it after ${withinMs / 1000} s` : error.stderr?.trim() || error.message}; once it answers, \`${docker} rm --force ${name}\` removes it`,
    ),
  }
}

/** By the address that was asked for: the engine's numbers may be those of another machine's processes. */
const isK6At = async (pid: number, port: number): Promise<boolean> => {
  const command = await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '')
  return command.split('\0').includes(`--address=127.0.0.1:${port}`)
}
