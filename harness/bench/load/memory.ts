import { spawn } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { findK6 } from '../../load/k6/binary.ts'
import { startLoad } from '../../load/start-load.ts'
import type { LoadPlan } from '../../load/journey/plan.ts'
import { theilSen } from '../../verdict/statistics/theil-sen.ts'
import type { Measure } from '../measure.ts'
import { bare, onlyCycle } from './arms.ts'
import { lineChart } from './chart.ts'
import { k6Pid, openGround, residentBytesOf } from './ground.ts'

/** Resident memory, one value each `everyS`. `requests` of ours were answered: on a busy machine fewer than came, since those whose users are all late are dropped. */
type Growth = { readonly perSecond: number; readonly requests: number; readonly everyS: number; readonly bareBytes: readonly number[]; readonly k6Bytes: readonly number[]; readonly harnessBytes: readonly number[] }

/** Measured for so long, once what is filled once and for all, as a heap or the code of a hot loop, is full: a resident set of a few MB still rises for a quarter of an hour. */
const [fillMinutes, minutes] = [15, 30]
const wholeS = (fillMinutes + minutes) * 60
const everyS = 5
const concurrency = 20
/** Of what bare k6 reaches alone: two of them, the server and the probes share the machine. */
const share = 0.3

/** Bare k6 and ours at once, at one and the same rate, so that whatever the machine does is done to both. */
export const loadMemory: Measure<Growth> = {
  name: 'load-memory',
  claims: `in ${minutes} minutes of load, after ${fillMinutes}, neither k6 inside of Lowtide nor the harness grows, where bare k6 does`,
  times: 1,
  once: async (_, { signal }) => {
    const k6 = await findK6({ signal, say: console.error, long: true })
    await using ground = await openGround(signal)
    const [bundle, plain] = [await ground.bundle(k6.output), await ground.bundle('csv')]
    const { perSecond: reached } = await bare({ ground, k6, bundle: plain, plan: { dose: 20_000, concurrency }, signal })
    const perSecond = Math.round(share * reached)
    const arrivals = { perSecond, spacing: 'even' } as const
    const plan = { dose: perSecond * wholeS, concurrency, ...onlyCycle, thinkScale: 1, arrivals }
    await using _eyes = await ground.watched()
    await using load = await startLoad({ k6, bundle: { ...bundle, model: { arrivals } }, run: `bench-memory-${process.pid}`, dir: ground.dir, baseUrl: ground.baseUrl, plan: { ...plan, role: 'measured' }, signal, onHappening: () => {} })
    const oursPid = await k6Pid()
    const whole: LoadPlan = { ...plan, baseUrl: ground.baseUrl, requestTimeoutMs: bundle.requestTimeoutMs }
    const [program, ...leading] = k6.command
    const child = spawn(program!, [...leading, 'run', '--no-usage-report', '--env', `LOWTIDE_PLAN=${JSON.stringify(whole)}`, '-'], { stdio: ['pipe', 'ignore', 'pipe'], signal })
    child.stderr.resume()
    pipeline(createReadStream(plain.script), child.stdin).catch(() => undefined)
    const bareEnded = new Promise((resolve) => child.once('close', resolve))
    await load.begin()

    const seen = { bareBytes: [] as number[], k6Bytes: [] as number[], harnessBytes: [] as number[] }
    for (let tick = 0; tick < wholeS / everyS; tick++) {
      await delay(everyS * 1_000, undefined, { signal })
      const [bareBytes, k6Bytes] = [await residentBytesOf(child.pid ?? 0), await residentBytesOf(oursPid ?? 0)]
      // One of them is through a moment before the other.
      if (bareBytes === null || k6Bytes === null) break
      seen.bareBytes.push(bareBytes)
      seen.k6Bytes.push(k6Bytes)
      seen.harnessBytes.push(process.memoryUsage.rss())
    }
    const dose = await load.drained
    child.kill('SIGINT')
    await bareEnded
    if (dose.generator.kind !== 'completed') throw new Error(`the load inside of Lowtide was not whole: ${JSON.stringify(dose)}`)
    const seenS = seen.bareBytes.length * everyS
    if (seenS < 0.9 * wholeS) throw new Error(`one of the two k6 was gone after ${seenS} of ${wholeS} s: what was measured until then is no figure`)
    return { perSecond, requests: dose.counted, everyS, ...seen }
  },
  figures: (results) =>
    results.flatMap((result) => [
      `${result.requests.toLocaleString('en')} requests inside of Lowtide in ${minutesOf(result)} minutes, where ${result.perSecond} came in a second`,
      ...traces(result).map(({ name, bytes }) => {
        const full = bytes.slice((fillMinutes * 60) / result.everyS)
        return `${name}: ${mb(bytes[0])} MB at first, ${mb(full[0])} MB after ${fillMinutes} minutes, ${mb(full.at(-1))} MB at the end; after those ${fillMinutes} minutes ${growthOf(full, result.everyS)}`
      }),
    ]),
  drawing: (results) => {
    const result = results.at(-1)
    return result === undefined ? null : { file: 'load-memory.svg', text: lineChart({ title: `Resident memory over ${minutesOf(result)} minutes at ${result.perSecond} requests a second`, x: 'minutes', y: 'MB', lines: traces(result).map(({ name, bytes }) => ({ name, points: bytes.map((y, i) => ({ x: ((i + 1) * result.everyS) / 60, y: y / 1e6 })) })) }) }
  },
}

const traces = ({ bareBytes, k6Bytes, harnessBytes }: Growth) => [
  { name: 'bare k6', bytes: bareBytes },
  { name: 'k6 inside of Lowtide', bytes: k6Bytes },
  { name: 'the harness', bytes: harnessBytes },
]

const minutesOf = ({ bareBytes, everyS }: Growth): number => Math.round((bareBytes.length * everyS) / 60)

const growthOf = (bytes: readonly number[], everyS: number): string => {
  const slope = theilSen(bytes.map((y, i) => ({ x: (i * everyS) / 60, y: y / 1e6 })))
  return slope === null ? 'too few points' : `${slope.slope.toFixed(3)} MB a minute (95 %: ${slope.lower.toFixed(3)} to ${slope.upper.toFixed(3)})`
}

const mb = (bytes = 0) => (bytes / 1e6).toFixed(0)
