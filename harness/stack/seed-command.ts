import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import type { Target } from '../scenario/scenario.ts'
import { lastLines } from './log-tail.ts'

export type SeedOptions = { readonly cwd: string; readonly databaseUrl: string; readonly env: Readonly<Record<string, string | undefined>>; readonly logFile: string; readonly signal: AbortSignal }

/** Runs the target's seed command to its end; no-op for a target without one. Fails with the command's last output. */
export async function runSeed(target: Target, { cwd, databaseUrl, env, logFile, signal }: SeedOptions): Promise<void> {
  const [program, ...argv] = target.seed ?? []
  if (program === undefined) return
  const log = createWriteStream(logFile, { flags: 'a' })
  await new Promise((opened, failed) => log.once('open', opened).once('error', failed))
  const child = spawn(program, argv, { cwd, env: { ...env, DATABASE_URL: databaseUrl }, stdio: ['ignore', log, log], signal })
  log.close()
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('close', resolve)
    child.once('error', (cause) => reject(signal.aborted ? signal.reason : new Error(`The seed command of "${target.name}" could not be started: ${cause.message}. It is ${JSON.stringify(target.seed)}, run in ${cwd}.`, { cause })))
  })
  if (code === 0) return
  const lines = await lastLines(logFile, 10)
  throw new Error(`The seed command of "${target.name}" failed with exit code ${code}. ${lines.length > 0 ? `Its output ends in:\n${lines.map((line) => `    ${line}`).join('\n')}` : 'It said nothing.'}`)
}
