import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from './postgres.ts'

/** A program of the tracker's that serves on a free port; disposing ends it. */
export type FrontEnd = AsyncDisposable & { readonly url: string; readonly port: number; readonly process: ChildProcess; readonly log: () => string }

export async function startFrontEnd(program: string, variables: Readonly<Record<string, string>>): Promise<FrontEnd> {
  const port = await freePort()
  const child = spawn(process.execPath, [program], { cwd: join(import.meta.dirname, '..'), env: { PATH: process.env.PATH, PORT: String(port), TRACKER_WORKERS: '2', ...variables }, stdio: ['ignore', 'ignore', 'pipe'] })
  let log = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (log += text))
  const deadline = Date.now() + 15_000
  while (!/serving on|resuming normal operations/.test(log)) {
    if (Date.now() > deadline || child.exitCode !== null) throw new Error(`${program} was not serving after 15 s. Its log: ${log}`)
    await sleep(25)
  }
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    process: child,
    log: () => log,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }
}
