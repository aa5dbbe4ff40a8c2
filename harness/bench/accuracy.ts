import { spread, type Measure } from './measure.ts'
import { soakByCommand, type SoakResult } from './soak-run.ts'

/** A run short enough to be made often: the repro profile, four users. */
const short = ['--profile', 'repro'] as const

type Cell = SoakResult & { readonly variant: string; readonly stack: string }

const cells = (stack: string, times: number): Measure<Cell> => ({
  name: `verdicts-${stack}`,
  claims: `${times} healthy and ${times} leaking runs on the ${stack} stack: every verdict right`,
  times: times * 2,
  once: async (nth, options) => {
    // In turns, so that a drift of the machine meets both alike.
    const variant = nth % 2 === 0 ? 'close-in-finally' : 'as-shipped'
    return { variant, stack, ...(await soakByCommand([...short, '--stack', stack, '--variant', variant], options)) }
  },
  figures: (results) => {
    const of = (variant: string) => results.filter((result) => result.variant === variant)
    const healthy = of('close-in-finally')
    const leaking = of('as-shipped')
    const wrong = healthy.filter(({ verdict }) => verdict === 'leak').length + leaking.filter(({ verdict }) => verdict === 'pass').length
    const undecided = results.filter(({ verdict }) => verdict === 'inconclusive' || verdict === 'failed').length
    // Whose request is not known is no request: under Apache the workers that wait for the hung scripts are left as well.
    const requests = leaking.map(({ hangs }) => hangs.filter((url) => url !== ''))
    const sets = new Set(requests.map((urls) => JSON.stringify(urls)))
    return [
      `${healthy.length} healthy, ${leaking.length} as shipped: ${wrong} wrong verdicts, ${undecided} inconclusive or failed`,
      `length of a run: healthy ${spread(healthy.map(({ wallS }) => wallS), 's', 1)}; as shipped ${spread(leaking.map(({ wallS }) => wallS), 's', 1)}`,
      `boot to first served request: ${spread(results.map(({ bootS }) => bootS), 's')}`,
      `first suspect after the load starts: ${spread(leaking.flatMap(({ firstSuspectS }) => firstSuspectS ?? []), 's', 1)}`,
      `hanging requests: ${sets.size === 1 ? 'the same set' : `${sets.size} different sets`} in ${leaking.length} runs, ${spread(requests.map((urls) => urls.length), 'of them', 0)}`,
      `memory of the harness: ${spread(results.map(({ harnessPeakMB }) => harnessPeakMB), 'MB at its peak', 0)}`,
    ]
  },
})

export const verdictsOnProcesses = cells('processes', 40)
export const verdictsOnContainers = cells('containers', 10)
