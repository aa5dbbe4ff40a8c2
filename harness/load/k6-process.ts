import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { freePort } from '../stack/ports.ts'
import type { Bundle } from './bundle.ts'
import type { K6 } from './k6-binary.ts'
import { addressTaken } from './k6-exit.ts'
import { openK6Log, type K6Log } from './k6-log.ts'
import { k6Rest, type K6Rest } from './k6-rest.ts'
import type { LoadPlan } from './plan.ts'

/** A k6 that stands before its first request; or one that never got there, with the reason. */
export type K6Process = {
  readonly stdout: Readable
  readonly log: K6Log
  readonly rest: K6Rest
  /** Null when all its users are ready. */
  readonly notReady: string | null
  /** Settles once it is gone and its output is read to the end. */
  readonly ended: Promise<K6End>
  /** Ends it with all that it started. */
  readonly kill: () => void
}

export type K6End = { readonly exitCode: number | null; readonly killedBy: NodeJS.Signals | null }

export type K6Launch = {
  readonly k6: K6
  readonly bundle: Bundle
  readonly plan: LoadPlan
  /** The run's id: tag of the process, label and name of the container. */
  readonly run: string
  readonly dir: string
  readonly readyTimeoutMs: number
  readonly signal: AbortSignal
}

/** Starts k6 paused and waits until all its users are ready. Its port may be taken in the moment before it binds: then once more. */
export const launchK6 = async (launch: K6Launch, attemptsLeft = 3): Promise<K6Process> => {
  await mkdir(join(launch.dir, 'logs'), { recursive: true })
  const port = await freePort()
  const container = `lowtide-k6-${launch.run}-${port}`
  const child = spawnK6(launch, port, container)
  const log = openK6Log(child.stderr, join(launch.dir, 'logs', 'k6.log'))
  const ended = endOf(child)
  const kill = () => killAll(child, launch.k6, container)
  const rest = k6Rest(port)

  const gone = new AbortController()
  void ended.then(() => gone.abort())
  const notReady = await rest.paused(AbortSignal.any([gone.signal, launch.signal, AbortSignal.timeout(launch.readyTimeoutMs)])).then(
    () => null,
    () => `k6 was not ready after ${launch.readyTimeoutMs} ms`,
  )
  if (gone.signal.aborted && attemptsLeft > 1 && (await ended).exitCode === addressTaken) {
    await log[Symbol.asyncDispose]()
    return launchK6(launch, attemptsLeft - 1)
  }
  if (notReady !== null) kill()
  if (launch.signal.aborted) {
    await ended
    await log[Symbol.asyncDispose]()
    launch.signal.throwIfAborted()
  }
  return { stdout: child.stdout, log, rest, notReady: gone.signal.aborted ? null : notReady, ended, kill }
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>

const spawnK6 = ({ k6, bundle, plan, run }: K6Launch, port: number, container: string): Child => {
  const [program, ...leading] = k6.how === 'image' ? labelled(k6.command, container, run) : k6.command
  const child = spawn(program!, [...leading, 'run', '--paused', ...streamOnly, `--address=127.0.0.1:${port}`, '--env', `LOWTIDE_PLAN=${JSON.stringify(plan)}`, '-'], {
    cwd: bundle.folder,
    env: environment(run, plan),
    stdio: ['pipe', 'pipe', 'pipe'],
    // A process group of its own: Ctrl-C is the harness's to answer, and killing the group leaves nothing behind.
    detached: true,
  })
  // The script goes in by stdin, so that a k6 in a container needs no mount. A k6 that is gone before it has read shows in its exit.
  pipeline(createReadStream(bundle.script), child.stdin).catch(() => undefined)
  return child
}

/** k6 as a mere source of samples: CSV on stdout, nothing kept, nothing judged. */
export const streamOnly = [
  '--quiet',
  // Without both of these k6 keeps every sample of the run in memory.
  '--no-thresholds',
  '--summary-mode=disabled',
  '--no-usage-report',
  // Our own samples carry what we need; tags would make k6's own rows, nine a request, longer and costlier.
  '--system-tags=',
  '--out=csv=fileName=-,timeFormat=unix_micro,saveInterval=100ms',
] as const

/** k6 reads settings of a run from K6_*, and sends its requests through a proxy if one is set: neither may change a load. */
const environment = (run: string, plan: LoadPlan): NodeJS.ProcessEnv => {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('K6_'))
  const direct = [process.env['NO_PROXY'] ?? process.env['no_proxy'], new URL(plan.baseUrl).hostname].filter(Boolean).join(',')
  return { ...Object.fromEntries(kept), NO_PROXY: direct, K6_AUTO_EXTENSION_RESOLUTION: 'false', LOWTIDE_OWNER: run }
}

const labelled = ([docker, verb, ...rest]: readonly string[], name: string, run: string): string[] => [docker!, verb!, `--name=${name}`, `--label=lowtide.run=${run}`, ...rest]

/** `error` is there when the program could not be started at all; `close` comes once the output is read to its end. */
const endOf = (child: Child): Promise<K6End> =>
  new Promise(resolve => {
    child.once('error', () => child.pid === undefined && resolve({ exitCode: 255, killedBy: null }))
    child.once('close', (exitCode, killedBy) => resolve({ exitCode, killedBy }))
  })

const killAll = (child: Child, k6: K6, container: string): void => {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  // The engine's client is not the container: killed, it would leave k6 running.
  if (k6.how === 'image') spawn(k6.command[0]!, ['rm', '--force', container], { stdio: 'ignore' }).once('error', () => undefined)
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // Gone in the meantime.
  }
}
