import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { freePort } from '../../stack/ports.ts'
import type { Bundle } from '../bundle.ts'
import type { K6 } from './binary.ts'
import { housed } from './container.ts'
import { endOf, killGroup, readAll, type ChildEnd, type Generator, type GeneratorEnd } from '../generator.ts'
import { addressTaken, describeExit } from './exit.ts'
import { openK6Log } from './log.ts'
import { k6Rest } from './rest.ts'
import type { LoadPlan } from '../journey/plan.ts'
import { readSamples } from '../samples.ts'
import { cpuMsOf } from '../standstill.ts'

export type K6Launch = {
  readonly k6: K6
  readonly bundle: Bundle
  readonly plan: LoadPlan
  /** Which part of the load it sends, from 0, and of how many. */
  readonly segment: { readonly nth: number; readonly of: number }
  /** The run's id: tag of the process, label and name of the container. */
  readonly run: string
  readonly dir: string
  readonly readyTimeoutMs: number
  readonly signal: AbortSignal
}

/** Starts k6 paused and waits until all its users are ready. Its port may be taken in the moment before it binds: then once more. */
export const launchK6 = async (launch: K6Launch, attemptsLeft = 3): Promise<Generator> => {
  await mkdir(join(launch.dir, 'logs'), { recursive: true })
  const port = await freePort()
  const { command, pid: pidOf, remove } = housed(launch.k6, { name: `lowtide-k6-${launch.run}-${port}`, run: launch.run })
  const patience = AbortSignal.timeout(launch.readyTimeoutMs)
  const child = spawnK6(launch, port, command)
  const log = openK6Log(child.stderr, join(launch.dir, 'logs', launch.segment.nth === 0 ? 'k6.log' : `k6-${launch.segment.nth + 1}.log`))
  const ended = endOf(child)
  const tidied = ended.then(async (end): Promise<GeneratorEnd> => {
    const exitCode = exitCodeOf(end)
    const left = exitCode === 0 ? null : await remove()
    await log[Symbol.asyncDispose]()
    return { exitCode, trouble: exitCode === 0 ? null : describeEnd(end), tail: [log.tail(), left].filter(Boolean).join('\n') }
  })
  const kill = () => killGroup(child)
  const rest = k6Rest(port)

  const gone = new AbortController()
  void ended.then(() => gone.abort())
  const notReady = await rest.paused(AbortSignal.any([gone.signal, launch.signal, patience])).then(
    () => null,
    () => `k6 was not ready after ${launch.readyTimeoutMs} ms`,
  )
  if (gone.signal.aborted && attemptsLeft > 1 && exitCodeOf(await ended) === addressTaken) {
    await tidied
    return launchK6(launch, attemptsLeft - 1)
  }
  if (notReady !== null) kill()
  if (launch.signal.aborted) {
    await tidied
    launch.signal.throwIfAborted()
  }
  const pid = await pidOf(child.pid, port)
  const pids = pid === null ? [] : [pid]
  return {
    notReady: gone.signal.aborted ? await ended.then(describeEnd) : notReady,
    begin: rest.start,
    samples: take => readAll(child.stdout, readSamples(launch.k6.output, take)),
    ended: tidied,
    kill,
    pids,
    cpuMs: () => pids.map(cpuMsOf),
  }
}

const exitCodeOf = (end: ChildEnd): number | null => (end.kind === 'ended' ? end.exitCode : null)

const describeEnd = (end: ChildEnd): string => (end.kind === 'ended' ? describeExit(end.exitCode, end.killedBy) : `k6 could not be started: ${end.because}`)

type Child = ChildProcessByStdio<Writable, Readable, Readable>

const spawnK6 = ({ k6, bundle, plan, segment, run }: K6Launch, port: number, [program, ...leading]: readonly string[]): Child => {
  const child = spawn(program!, [...leading, 'run', '--paused', ...streamOnly, outputs[k6.output], ...segmentOf(segment), `--address=127.0.0.1:${port}`, '--env', `LOWTIDE_PLAN=${JSON.stringify(plan)}`, '-'], {
    cwd: bundle.folder,
    env: environment(run, plan, segment.of),
    stdio: ['pipe', 'pipe', 'pipe'],
    // A process group of its own: Ctrl-C is the harness's to answer, and killing the group leaves nothing behind.
    detached: true,
  })
  // The script goes in by stdin, so that a k6 in a container needs no mount. A k6 that is gone before it has read shows in its exit.
  pipeline(createReadStream(bundle.script), child.stdin).catch(() => undefined)
  return child
}

/** k6 as a mere source of samples: on stdout, nothing kept, nothing judged. */
export const streamOnly = [
  '--quiet',
  // Without both of these k6 keeps every sample of the run in memory.
  '--no-thresholds',
  '--summary-mode=disabled',
  '--no-usage-report',
  // Our own samples carry what we need; tags would make k6's own rows, nine a request, longer and costlier.
  '--system-tags=',
] as const

export const outputs: Readonly<Record<K6['output'], string>> = { csv: '--out=csv=fileName=-,timeFormat=unix_micro,saveInterval=25ms', lowtide: '--out=lowtide' }

/** All of them number the same iterations, and each takes its own. */
const segmentOf = ({ nth, of }: K6Launch['segment']): readonly string[] => {
  if (of === 1) return []
  const edges = Array.from({ length: of + 1 }, (_, i) => `${i}/${of}`)
  return [`--execution-segment=${edges[nth]}:${edges[nth + 1]}`, `--execution-segment-sequence=${edges.join(',')}`]
}

/** k6 reads settings of a run from K6_*, and sends its requests through a proxy if one is set: neither may change a load. */
export const environment = (run: string, plan: LoadPlan, generators = 1): NodeJS.ProcessEnv => {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('K6_'))
  const direct = [process.env['NO_PROXY'] ?? process.env['no_proxy'], new URL(plan.baseUrl).hostname].filter(Boolean).join(',')
  return { ...collector(generators), ...Object.fromEntries(kept), NO_PROXY: direct, K6_AUTO_EXTENSION_RESOLUTION: 'false', LOWTIDE_OWNER: run }
}

/**
 * k6 keeps little and leaves much to be collected: by Go's default, at twice of what it keeps, it collects more than ten times a second, on the cores and in the time of the requests that it
 * measures. At five times that is once in four (https://go.dev/doc/gc-guide). It wants a GOMEMLIMIT beside it, as a journey may keep much.
 */
export const collectsLess = { GOGC: '400' } as const

/** No more than half of this machine's memory, or of the container's limit, for all of a load's k6. */
const collector = (generators: number): NodeJS.ProcessEnv => ({ ...collectsLess, GOMEMLIMIT: String(Math.floor(Math.min(totalmem(), process.constrainedMemory() || Infinity) / 2 / generators)) })
