import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import type { Target } from '../scenario/scenario.ts'
import { lastLines } from './log-tail.ts'
import { whyNotStarted } from './not-started.ts'

export type CommandOptions = {
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  readonly logFile: string
  readonly signal: AbortSignal
  /** What is told of a command that the signal ended by a time-out; default: that the time of the run was over. */
  readonly overdue?: string
}

/** Runs the target's seed command on this machine, where there is one, with DATABASE_URL in its environment. */
export async function runSeed(target: Target, { databaseUrl, env, ...options }: CommandOptions & { readonly databaseUrl: string }): Promise<void> {
  if (target.seed) await runToItsEnd(`The seed command of "${target.name}"`, target.seed, { ...options, env: { ...env, DATABASE_URL: databaseUrl } })
}

/** Runs a command of the target. Fails with its last lines. An abort ends all that it started; one by a time-out is told as such. */
export async function runToItsEnd(what: string, command: readonly string[], { cwd, env, logFile, signal, overdue = 'had not ended when the time of the run was over: give the run more with --budget' }: CommandOptions): Promise<void> {
  signal.throwIfAborted()
  const [program = '', ...argv] = command
  const log = createWriteStream(logFile, { flags: 'a' })
  await new Promise((opened, failed) => log.once('open', opened).once('error', failed))
  // A group of its own, so that an abort reaches the shell's children too.
  const child = spawn(program, argv, { cwd, env, stdio: ['ignore', log, log], detached: true })
  const stop = () => child.pid !== undefined && killGroup(child.pid)
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  try {
    const end = await new Promise<string | null>((resolve) => {
      child.once('error', (error) => resolve(`could not be started: ${whyNotStarted(error, { program, cwd })}`))
      child.once('exit', (code, by) => resolve(code === 0 ? null : `ended with ${by ?? `exit code ${code}`}`))
    })
    const isOverdue = signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError'
    if (!isOverdue) signal.throwIfAborted()
    if (end === null) return
    const lines = await lastLines(logFile, 20)
    throw new Error(`${what} (${command.join(' ')}) ${isOverdue ? overdue : end}. ${lines.length > 0 ? `It said last:\n${lines.map((line) => `    ${line}`).join('\n')}` : 'It said nothing.'}`)
  } finally {
    signal.removeEventListener('abort', stop)
    log.close()
  }
}

function killGroup(pid: number) {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // gone
  }
}
