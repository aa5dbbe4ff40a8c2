import { spawn, type ChildProcess } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { RudeSums } from '../../timeline/rude-sums.ts'
import type { Namespace } from '../../stack/namespace.ts'
import { endOf, killGroup, readAll, type ChildEnd, type Generator } from '../generator.ts'
import { openK6Log } from '../k6/log.ts'
import { readSamples } from '../samples.ts'
import { cpuMsOf } from '../standstill.ts'
import type { RudeBundle } from './bundle.ts'
import type { Go, Said, Told } from './message.ts'
import type { RudePlan } from './parts.ts'

/** The rude clients as one generator. */
export type RudeGenerator = Generator & {
  /** How far k6 has come with its part of the dose, from 0 to 1: they keep pace with it, so that their acts are spread over the load as they would be among its requests. */
  readonly follow: (progress: number) => void
}

export type RudeLaunch = {
  readonly bundle: RudeBundle
  readonly plan: RudePlan
  /** The run's id, as LOWTIDE_OWNER in its environment. */
  readonly run: string
  readonly dir: string
  readonly readyTimeoutMs: number
  /** Where they run; null for beside the harness. */
  readonly namespace: Namespace | null
  readonly signal: AbortSignal
  /** Told before its end. */
  readonly onManners: (manners: RudeSums) => void
}

/** Starts the process of the rude clients and waits until it stands before its first act. It has a process of its own, so that what it does to its memory moves no clock of the harness. */
export const launchRude = async ({ bundle, plan, run, dir, readyTimeoutMs, namespace, signal, onManners }: RudeLaunch): Promise<RudeGenerator> => {
  signal.throwIfAborted()
  await mkdir(join(dir, 'logs'), { recursive: true })
  const told: Told = { rude: bundle.rude, visits: bundle.visits, folder: bundle.folder, plan, addresses: namespace?.addresses ?? null }
  const command = [process.execPath, '--enable-source-maps', bundle.script]
  const [program = '', ...argv] = namespace?.inside(command) ?? command
  const child = spawn(program, argv, {
    env: { ...process.env, LOWTIDE_OWNER: run, LOWTIDE_RUDE: JSON.stringify(told) },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // As k6: Ctrl-C is the harness's to answer.
    detached: true,
  })
  const log = openK6Log(child.stderr as Readable, join(dir, 'logs', 'rude.log'))
  const ended = endOf(child)
  child.on('message', (said: Said) => said.kind === 'done' && onManners(said.manners))
  const ready = await readiness(child, AbortSignal.any([signal, AbortSignal.timeout(readyTimeoutMs)]))
  if (ready.kind !== 'ready') killGroup(child)
  const notReady = ready.kind === 'ready' ? null : ready.kind === 'gone' ? describeEnd(await ended) : `the rude clients were not ready after ${readyTimeoutMs} ms`
  if (signal.aborted) {
    await ended
    await log[Symbol.asyncDispose]()
    signal.throwIfAborted()
  }
  const acts = ready.kind === 'ready' ? ready.acts : 0
  const go = (count: number) => {
    const said: Go = { acts: count }
    // One that is gone shows in its exit.
    if (child.connected) child.send(said, () => undefined)
  }

  let allowed = 0
  const pids = child.pid === undefined ? [] : [child.pid]
  return {
    notReady,
    begin: () => Promise.resolve(),
    follow: progress => {
      const upTo = Math.floor(acts * progress + 0.5)
      if (upTo > allowed) go((allowed = upTo))
    },
    samples: take => readAll(child.stdout as Readable, readSamples('lowtide', take)),
    ended: ended.then(async end => {
      await log[Symbol.asyncDispose]()
      const exitCode = end.kind === 'ended' ? end.exitCode : null
      return { exitCode, trouble: exitCode === 0 ? null : describeEnd(end), tail: log.tail() }
    }),
    kill: () => killGroup(child),
    pids,
    cpuMs: () => pids.map(cpuMsOf),
  }
}

const describeEnd = (end: ChildEnd): string => {
  if (end.kind === 'not started') return `the rude clients could not be started: ${end.because}`
  return end.exitCode === null ? `the rude clients were killed by ${end.killedBy}` : `the rude clients ended with exit code ${end.exitCode}`
}

type Readiness = { readonly kind: 'ready'; readonly acts: number } | { readonly kind: 'gone' } | { readonly kind: 'late' }

const readiness = (child: ChildProcess, late: AbortSignal): Promise<Readiness> =>
  new Promise(resolve => {
    child.once('message', (said: Said) => resolve(said.kind === 'ready' ? said : { kind: 'gone' }))
    child.once('exit', () => resolve({ kind: 'gone' }))
    child.once('error', () => resolve({ kind: 'gone' }))
    // It may be over by now, and would never be told again.
    if (late.aborted) resolve({ kind: 'late' })
    else late.addEventListener('abort', () => resolve({ kind: 'late' }), { once: true })
  })
