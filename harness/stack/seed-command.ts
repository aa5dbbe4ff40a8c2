import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import type { Target } from '../scenario/scenario.ts'
import { lastLines } from './log-tail.ts'

export type SeedOptions = {
  readonly cwd: string
  readonly databaseUrl: string
  /** The whole environment of the command but for DATABASE_URL. */
  readonly env: NodeJS.ProcessEnv
  readonly logFile: string
  readonly signal: AbortSignal
}

/** Runs the target's seed command on this machine, where there is one. Fails with its last lines; an abort ends all that it started. */
export async function runSeed(target: Target, { cwd, databaseUrl, env, logFile, signal }: SeedOptions): Promise<void> {
  if (!target.seed) return
  signal.throwIfAborted()
  const [program = '', ...argv] = target.seed
  const log = createWriteStream(logFile, { flags: 'a' })
  await new Promise((opened, failed) => log.once('open', opened).once('error', failed))
  // A group of its own, so that an abort reaches the shell's children too.
  const child = spawn(program, argv, { cwd, env: { ...env, DATABASE_URL: databaseUrl }, stdio: ['ignore', log, log], detached: true })
  const stop = () => child.pid !== undefined && killGroup(child.pid)
  signal.addEventListener('abort', stop, { once: true })
  try {
    const end = await new Promise<string | null>((resolve) => {
      child.once('error', (error) => resolve(`could not be started in ${cwd}: ${error.message}`))
      child.once('exit', (code, by) => resolve(code === 0 ? null : `ended with ${by ?? `exit code ${code}`}`))
    })
    signal.throwIfAborted()
    if (end === null) return
    const lines = await lastLines(logFile, 20)
    throw new Error(`The seed command of "${target.name}" (${target.seed.join(' ')}) ${end}. ${lines.length > 0 ? `It said last:\n${lines.map((line) => `    ${line}`).join('\n')}` : 'It said nothing.'}`)
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
