import { findK6, type K6 } from '../../load/k6/binary.ts'
import { median, spread, type Measure } from '../measure.ts'
import { bare, inside, type Arm, type ArmOptions } from './arms.ts'
import { openGround } from './ground.ts'

/** Bare k6 and k6 inside of Lowtide by one output, each twice, in turns of bare, inside, inside, bare: a drift of the machine cancels out. */
type Pair = { readonly output: K6['output']; readonly pace: 'saturation' | 'half'; readonly perSecond: number | null; readonly bare: readonly Arm[]; readonly inside: readonly Arm[] }

const pairs = 5
const secondsEach = 8
const concurrency = 20
const kinds = [
  { output: 'lowtide', pace: 'saturation' },
  { output: 'csv', pace: 'saturation' },
  { output: 'lowtide', pace: 'half' },
  { output: 'csv', pace: 'half' },
] as const

/** Half of what bare k6 reached, as this machine's own scale. */
let reached: number | null = null

export const loadRate: Measure<Pair> = {
  name: 'load-rate',
  claims: "k6 inside of Lowtide, all probes on, sends as much as bare k6 with its defaults: 97 % with Lowtide's output, 85 % with CSV",
  times: pairs * kinds.length,
  once: async (nth, { signal }) => {
    const { output, pace } = kinds[nth % kinds.length]!
    const own = await findK6({ signal, say: console.error, long: true })
    if (own.output !== 'lowtide') throw new Error('This figure needs Go 1.25 or newer on PATH, to build k6 with the output that is measured.')
    // The same binary by both roads: only the output differs.
    const k6 = { ...own, output }
    await using ground = await openGround(signal)
    const send = { ground, k6, bundle: await ground.bundle(output), signal }
    const sendBare = { ...send, bundle: await ground.bundle('csv') }
    const tried = await bare({ ...sendBare, plan: { dose: 8_000, concurrency } })
    reached ??= tried.perSecond
    const perSecond = pace === 'half' ? Math.round(reached / 2) : null
    const plan = { dose: Math.round(secondsEach * (perSecond ?? tried.perSecond)), concurrency, ...(perSecond !== null && { arrivals: { perSecond, spacing: 'even' as const } }) } satisfies ArmOptions['plan']
    const [first, second, third, fourth] = [await bare({ ...sendBare, plan }), await inside({ ...send, plan }), await inside({ ...send, plan }), await bare({ ...sendBare, plan })]
    return { output, pace, perSecond, bare: [first, fourth], inside: [second, third] }
  },
  figures: (results) =>
    kinds.map(({ output, pace }) => {
      const of = results.filter((result) => result.output === output && result.pace === pace)
      const ratios = (key: 'perSecond' | 'p99Ms') => of.map((pair) => mean(pair.inside.map((arm) => arm[key])) / mean(pair.bare.map((arm) => arm[key])))
      const harness = of.map(({ inside: arms }) => (100 * mean(arms.map(({ harnessCpuMs }) => harnessCpuMs))) / mean(arms.map(({ k6CpuMs }) => k6CpuMs)))
      const rate = Math.round(median(of.flatMap((pair) => pair.bare.map(({ perSecond }) => perSecond))))
      return `${output === 'lowtide' ? "Lowtide's output" : "k6's CSV"}, ${pace === 'half' ? `half of that rate (${rate} a second)` : `at saturation (bare ${rate} a second)`}: requests a second ${spread(ratios('perSecond'), 'of bare')}; p99 ${spread(ratios('p99Ms'), 'of bare')}; CPU of the harness ${spread(harness, "% of k6's own", 1)}, its timers late by ${spread(of.flatMap((pair) => pair.inside.map(({ timersLateMs }) => timersLateMs)), 'ms at the 99th percentile', 1)}`
    }),
}

const mean = (values: readonly number[]) => values.reduce((sum, one) => sum + one, 0) / values.length
