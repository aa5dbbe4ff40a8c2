import { spawn } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { pipeline } from 'node:stream/promises'
import type { Bundle } from '../../load/bundle.ts'
import type { K6 } from '../../load/k6/binary.ts'
import { startLoad } from '../../load/start-load.ts'
import type { LoadPlan } from '../../load/journey/plan.ts'
import { cpuMsOf, helperPids, k6Pid, type Ground } from './ground.ts'

/** One load, sent in one way. CPU of the generator, and of this process with its agent and its watchdog while it took in the samples and looked about; and how late that made its timers, 99 % of the time. */
export type Arm = { readonly perSecond: number; readonly p50Ms: number; readonly p99Ms: number; readonly k6CpuMs: number; readonly harnessCpuMs: number; readonly timersLateMs: number; readonly requests: number }

export type ArmOptions = { readonly ground: Ground; readonly k6: K6; readonly bundle: Bundle; readonly plan: Pick<LoadPlan, 'dose' | 'concurrency' | 'arrivals'>; readonly signal: AbortSignal }

/** Each arm is a load of its own, with the same requests for the same dose. */
export const onlyCycle = { seed: 1, cycle: 0, firstRequest: 0 } as const

/** k6 with its defaults, as its users run it: the same script, with metrics, thresholds and a summary. */
export const bare = async ({ ground, k6, bundle, plan, signal }: ArmOptions): Promise<Arm> => {
  const summary = join(ground.dir, 'summary.json')
  const whole: LoadPlan = { ...plan, ...onlyCycle, baseUrl: ground.baseUrl, requestTimeoutMs: bundle.requestTimeoutMs, thinkScale: 1 }
  const [program, ...leading] = k6.command
  const child = spawn(program!, [...leading, 'run', '--no-usage-report', '--summary-trend-stats=p(50),p(99)', `--summary-export=${summary}`, '--env', `LOWTIDE_PLAN=${JSON.stringify(whole)}`, '-'], { stdio: ['pipe', 'ignore', 'pipe'], signal })
  child.stderr.resume()
  pipeline(createReadStream(bundle.script), child.stdin).catch(() => undefined)
  const cpu = followCpu(async () => child.pid ?? null)
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  if (code !== 0) throw new Error(`bare k6 ended with exit code ${code}`)
  const said = JSON.parse(await readFile(summary, 'utf8')) as { metrics: { http_req_duration: { 'p(50)': number; 'p(99)': number } } }
  const { requests, perSecond } = await ground.tally()
  return { requests, perSecond, p50Ms: said.metrics.http_req_duration['p(50)'], p99Ms: said.metrics.http_req_duration['p(99)'], k6CpuMs: await cpu.end(), harnessCpuMs: 0, timersLateMs: 0 }
}

/** k6 as a run of ours drives it, with all probes on. */
export const inside = async ({ ground, k6, bundle, plan, signal }: ArmOptions): Promise<Arm> => {
  const durationsMs: number[] = []
  await using _eyes = await ground.watched()
  await using load = await startLoad({
    k6,
    bundle: { ...bundle, model: plan.arrivals ? { arrivals: plan.arrivals } : {} },
    run: `bench-load-${process.pid}`,
    dir: ground.dir,
    baseUrl: ground.baseUrl,
    plan: { ...plan, ...onlyCycle, thinkScale: 1, role: 'measured' },
    signal,
    onHappening: () => {},
    // As k6 measured them itself, without how late they came: the same that bare k6 tells.
    onSample: (sample) => void (sample.kind === 'ended' && durationsMs.push(sample.durationMs)),
  })
  const helpers = await helperPids()
  if (helpers.length !== 2) throw new Error(`expected an agent and a watchdog beside this process, found ${helpers.length} of them`)
  const helpersBeforeMs = await cpuMsOfAll(helpers)
  const own = process.cpuUsage()
  const timers = monitorEventLoopDelay({ resolution: timersEachMs })
  timers.enable()
  const cpu = followCpu(k6Pid)
  await load.begin()
  const dose = await load.drained
  timers.disable()
  const { user, system } = process.cpuUsage(own)
  const harnessCpuMs = (user + system) / 1_000 + (await cpuMsOfAll(helpers)) - helpersBeforeMs
  if (dose.generator.kind !== 'completed' || dose.counted !== plan.dose) throw new Error(`the load inside of Lowtide was not whole: ${JSON.stringify(dose)}`)
  const { requests, perSecond } = await ground.tally()
  return { requests, perSecond, p50Ms: quantileOf(durationsMs, 0.5), p99Ms: quantileOf(durationsMs, 0.99), k6CpuMs: await cpu.end(), harnessCpuMs, timersLateMs: Math.max(0, timers.percentile(99) / 1e6 - timersEachMs) }
}

const cpuMsOfAll = async (pids: readonly number[]): Promise<number> => (await Promise.all(pids.map(cpuMsOf))).reduce<number>((sum, ms) => sum + (ms ?? 0), 0)

const timersEachMs = 10

/** The last that was seen before the process had gone: at most 100 ms are missing. */
const followCpu = (find: () => Promise<number | null>) => {
  let pid: number | null = null
  let lastMs = 0
  const timer = setInterval(async () => {
    pid ??= await find()
    if (pid !== null) lastMs = (await cpuMsOf(pid)) ?? lastMs
  }, 100)
  return {
    end: async () => {
      clearInterval(timer)
      return lastMs
    },
  }
}

const quantileOf = (values: readonly number[], quantile: number): number => Float64Array.from(values).toSorted()[Math.min(values.length - 1, Math.floor(quantile * values.length))] ?? Number.NaN
