import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundleJourney, type Bundle } from '../../load/bundle.ts'
import type { K6 } from '../../load/k6/binary.ts'
import { openReaders } from '../../probes/open-readers.ts'
import { startSampler, type Sampler } from '../../probes/sampler.ts'
import type { Load } from '../../scenario/scenario.ts'
import { bootProcesses } from '../../stack/processes.ts'
import { startWatchdog } from '../../stack/watchdog.ts'

/** Where generators are measured: a server that costs little, and a PostgreSQL for the probes to look at. */
export type Ground = AsyncDisposable & {
  readonly dir: string
  readonly baseUrl: string
  readonly bundle: (output: K6['output'], load?: Partial<Load>) => Promise<Bundle>
  /** What the server has seen since it was last asked. */
  readonly tally: () => Promise<Tally>
  /** All probes at 5 Hz until disposed of, as in a run. */
  readonly watched: () => Promise<AsyncDisposable & Pick<Sampler, 'look'>>
}

/** `lastAnswerAtMs` is of the epoch. */
export type Tally = { readonly requests: number; readonly perSecond: number; readonly inFlight: number; readonly lastAnswerAtMs: number }

export const openGround = async (signal: AbortSignal): Promise<Ground> => {
  await using cleanUp = new AsyncDisposableStack()
  const dir = await mkdtemp(join(tmpdir(), 'bench-'))
  cleanUp.defer(() => rm(dir, { recursive: true, force: true }))
  const run = `bench-${process.pid}`
  const watchdog = cleanUp.use(await startWatchdog(dir, run))
  const target = { name: 'bench', command: [process.execPath, fileURLToPath(new URL('target.ts', import.meta.url))], readyPath: '/' }
  const stack = cleanUp.use(await bootProcesses({ target, variant: null, scenarioDir: dir, run, dir, own: watchdog.own, say: () => {}, signal }))
  const { baseUrl } = await stack.startApp(signal)
  const tally = async () => {
    const { requests, firstMs, lastMs, ...rest } = (await (await fetch(`${baseUrl}/tally`)).json()) as { requests: number; firstMs: number; lastMs: number; inFlight: number; lastAnswerAtMs: number }
    return { ...rest, requests, perSecond: (1_000 * (requests - 1)) / (lastMs - firstMs) }
  }
  await tally()
  const owned = cleanUp.move()
  return {
    dir,
    baseUrl,
    tally,
    bundle: (output, load) => bundleJourney({ output, load: { kind: 'routes', routes: [{ name: 'page', path: '/page' }], ...load } as Load, scenarioDir: dir, dir: join(dir, output), run, signal }),
    watched: async () => {
      await using eyes = new AsyncDisposableStack()
      const { readers } = eyes.use(await openReaders(stack, { signal, say: () => {} }))
      const { look } = eyes.use(startSampler({ readers, everyMs: 200, record: () => {}, onBeat: () => {}, others: () => ({}), signal }))
      const all = eyes.move()
      return { look, [Symbol.asyncDispose]: () => all.disposeAsync() }
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** Of the k6 that this process has started; null while there is none. */
export const k6Pid = async (): Promise<number | null> => {
  for (const pid of await childPids()) if ((await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).startsWith('k6')) return pid
  return null
}

/** Of the agent and the watchdog that this process has started, and who are as much of the harness as it is. */
export const helperPids = async (): Promise<readonly number[]> => {
  const found: number[] = []
  for (const pid of await childPids()) if (/\0[^\0]*(?:agent\.mjs|watchdog-main\.ts)\0/.test(await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => ''))) found.push(pid)
  return found
}

const childPids = async (): Promise<readonly number[]> => (await readFile(`/proc/self/task/${process.pid}/children`, 'utf8')).split(' ').filter(Boolean).map(Number)

/** Of a process, user and system; null once it is gone. */
export const cpuMsOf = async (pid: number): Promise<number | null> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
  // The name may hold spaces and brackets; what follows it is numbers.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
  // proc(5): utime and stime, in ticks of 10 ms.
  return fields === undefined ? null : 10 * (Number(fields[11]) + Number(fields[12]))
}

export const residentBytesOf = async (pid: number): Promise<number | null> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const kB = /^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]
  return kB === undefined ? null : 1_024 * Number(kB)
}
