import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleJourney } from '../load/bundle.ts'
import { startArrivalServer } from '../load/fixtures/arrival-server.ts'
import { findK6 } from '../load/k6/binary.ts'
import { startLoad } from '../load/start-load.ts'
import { randomOf } from '../load/journey/random.ts'
import { spread, type Measure } from './measure.ts'

type Arrivals = { readonly requests: number; readonly counted: number; readonly p50Ms: number; readonly p99Ms: number; readonly maxMs: number; readonly toldP99Ms: number }

const perSecond = 100
const seconds = 30
const concurrency = 20

/** A log with the gaps of a Poisson process, to the millisecond, replayed at its own speed to a server that notes when it is asked. */
export const replayArrivals: Measure<Arrivals> = {
  name: 'replay-arrivals',
  claims: 'replayed at its own speed, 99 % of the requests of a log come within 5 ms of their moments',
  times: 5,
  once: async (nth, { signal }) => {
    const dir = await mkdtemp(join(tmpdir(), 'bench-arrivals-'))
    await using cleanUp = new AsyncDisposableStack()
    cleanUp.defer(() => rm(dir, { recursive: true, force: true }))
    const random = randomOf(7, nth)
    const times: number[] = []
    for (let at = 1_700_000_000_000; times.length < perSecond * seconds; at += (-Math.log(1 - random.fraction()) * 1_000) / perSecond) times.push(Math.round(at))
    await writeFile(join(dir, 'access.txt'), times.map((time, n) => JSON.stringify({ time, method: 'GET', url: `/page?n=${n}`, status: 200 })).join('\n'))

    const server = cleanUp.use(await startArrivalServer())
    const k6 = await findK6({ signal, say: console.error })
    const bundle = await bundleJourney({ dir, scenarioDir: dir, run: 'bench', output: k6.output, load: { kind: 'replay', log: 'access.txt' }, signal })
    await using _log = bundle.tape
    const plan = { dose: times.length, concurrency, seed: 1, cycle: 0, firstRequest: 0, thinkScale: 1, role: 'measured' as const }
    await using load = await startLoad({ k6, bundle, run: 'bench', dir, baseUrl: server.url, plan, signal, onHappening: () => undefined })
    await load.begin()
    const { counted, lateness } = await load.drained

    const cameMs = new Map(server.arrived.map(({ url, atMs }) => [Number(url.split('=').at(-1)), atMs]))
    // The server does not know when k6 began: the median request is taken to be in time.
    const offsets = times.map((time, n) => (cameMs.get(n) ?? Number.NaN) - time).toSorted((a, b) => a - b)
    const middle = offsets[Math.floor(offsets.length / 2)] ?? 0
    const errors = offsets.map((offset) => Math.abs(offset - middle)).toSorted((a, b) => a - b)
    const at = (share: number) => Math.round((errors[Math.ceil(share * errors.length) - 1] ?? Number.NaN) * 100) / 100
    return { requests: times.length, counted, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1), toldP99Ms: lateness?.p99Ms ?? Number.NaN }
  },
  figures: (results) => [
    `${results.reduce((sum, { counted }) => sum + counted, 0)} of ${results.reduce((sum, { requests }) => sum + requests, 0)} requests at ${perSecond} a second: error of the arrivals at the server, 99 %: ${spread(results.map(({ p99Ms }) => p99Ms), 'ms')}; half of them: ${spread(results.map(({ p50Ms }) => p50Ms), 'ms')}; the worst: ${spread(results.map(({ maxMs }) => maxMs), 'ms', 1)}`,
    `told by the harness itself, 99 %: ${spread(results.map(({ toldP99Ms }) => toldP99Ms), 'ms')} late`,
  ],
}
