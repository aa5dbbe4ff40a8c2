import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { findK6 } from '../../load/k6-binary.ts'
import { median, spread, type Measure } from '../measure.ts'
import { inside } from './arms.ts'
import { openGround } from './ground.ts'

type Opinion = { readonly perSecond: number; readonly p50Ms: number; readonly p99Ms: number }
type Opinions = { readonly connections: number; readonly k6: Opinion; readonly wrk: Opinion }

/** One connection asks what an answer takes, without any queue; twenty ask how many can be had. */
const connections = [1, 20]
const secondsEach = 8

/** Another engine, written in C, on the same server: what k6 adds of its own to a latency, and whose limit a rate is. */
export const secondOpinion: Measure<Opinions> = {
  name: 'second-opinion',
  claims: 'wrk, asked the same, says what of a latency and of a limit is k6 itself',
  times: 5 * connections.length,
  once: async (nth, { signal }) => {
    const concurrency = connections[nth % connections.length] ?? 1
    const k6 = await findK6({ signal, say: console.error, long: true })
    await using ground = await openGround(signal)
    const bundle = await ground.bundle(k6.output)
    const tried = await inside({ ground, k6, bundle, plan: { dose: 2_000, concurrency }, signal })
    const ours = await inside({ ground, k6, bundle, plan: { dose: Math.round(tried.perSecond * secondsEach), concurrency }, signal })
    const wrk = await runWrk(`${ground.baseUrl}/page`, concurrency, signal)
    return { connections: concurrency, k6: { perSecond: ours.perSecond, p50Ms: ours.p50Ms, p99Ms: ours.p99Ms }, wrk }
  },
  figures: (results) =>
    connections.map((concurrency) => {
      const of = results.filter((result) => result.connections === concurrency)
      const told = (engine: 'k6' | 'wrk') => `${engine} ${Math.round(median(of.map((one) => one[engine].perSecond)))} a second, p50 ${median(of.map((one) => one[engine].p50Ms)).toFixed(2)} ms, p99 ${median(of.map((one) => one[engine].p99Ms)).toFixed(2)} ms`
      return `${concurrency === 1 ? 'one connection' : `${concurrency} connections`}: ${told('k6')}; ${told('wrk')}; k6 against wrk: ${against(of)}`
    }),
}

/** How far apart they are, run by run: what is alike in both is the server's, what differs an engine's own. */
const against = (of: readonly Opinions[]): string =>
  ([['requests a second', 'perSecond'], ['p50', 'p50Ms'], ['p99', 'p99Ms']] as const).map(([name, key]) => `${name} ${spread(of.map(({ k6, wrk }) => k6[key] / wrk[key]), "of wrk's")}`).join(', ')

async function runWrk(url: string, concurrency: number, signal: AbortSignal): Promise<Opinion> {
  const ran = await promisify(execFile)('wrk', ['--threads=1', `--connections=${concurrency}`, `--duration=${secondsEach}s`, '--latency', url], { signal }).catch((cause: NodeJS.ErrnoException) => {
    throw cause.code === 'ENOENT' ? new Error('This figure needs wrk: on Debian, apt-get install wrk.', { cause }) : cause
  })
  const { stdout } = ran
  return { perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]), p50Ms: latencyIn(stdout, 50), p99Ms: latencyIn(stdout, 99) }
}

const unitMs: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1_000 }

const latencyIn = (stdout: string, percentile: number): number => {
  const [, value, unit] = new RegExp(String.raw`^\s+${percentile}%\s+([\d.]+)(us|ms|s)$`, 'm').exec(stdout) ?? []
  return Number(value) * (unitMs[unit ?? ''] ?? Number.NaN)
}
