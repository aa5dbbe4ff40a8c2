import { findK6 } from '../../load/k6/binary.ts'
import { spread, type Measure } from '../measure.ts'
import { inside } from './arms.ts'
import { openGround } from './ground.ts'
import { sendByWrk, type WrkRoute } from './wrk.ts'

/** The rate is the server's count, for both. */
type Opinion = { readonly perSecond: number; readonly p50Ms: number; readonly p99Ms: number }

/** One plan by both, each twice, in turns of k6, wrk, wrk, k6: a drift of the machine cancels out. */
type Pair = { readonly connections: number; readonly requests: number; readonly k6: readonly Opinion[]; readonly wrk: readonly Opinion[] }

/** One connection asks what an answer takes, without any queue; twenty ask how many can be had. */
const connections = [1, 20]
const pairs = 5
const secondsEach = 8

/** Pages that cost an engine different things: an answer, one of an URL of its own, a wait, and many bytes. */
const routes = [
  { name: 'page', path: '/page', weight: 6 },
  { name: 'other page', path: '/other?n={n}', weight: 2 },
  { name: 'slow page', path: '/page?after=5', weight: 1 },
  { name: 'large page', path: '/large', weight: 1 },
] as const satisfies readonly WrkRoute[]

/** Another engine, written in C, on the same server: what k6 adds of its own to a latency, and whose limit a rate is. */
export const secondOpinion: Measure<Pair> = {
  name: 'second-opinion',
  claims: 'wrk, which sends the same plan, says what of a latency and of a limit is k6 itself',
  times: pairs * connections.length,
  once: async (nth, { signal }) => {
    const concurrency = connections[nth % connections.length] ?? 1
    const k6 = await findK6({ signal, say: console.error, long: true })
    await using ground = await openGround(signal)
    const bundle = await ground.bundle(k6.output, { kind: 'routes', routes })
    const byK6 = async (dose: number): Promise<Opinion> => {
      const { perSecond, p50Ms, p99Ms } = await inside({ ground, k6, bundle, plan: { dose, concurrency }, signal })
      return { perSecond, p50Ms, p99Ms }
    }
    const byWrk = async (dose: number, seconds: number): Promise<Opinion> => {
      const latencies = await sendByWrk({ url: ground.baseUrl, routes, plan: { dose, concurrency }, seconds, signal })
      const { requests, perSecond } = await ground.tally()
      if (requests !== dose) throw new Error(`wrk has sent ${dose} requests by its own count, and ${requests} by the server's`)
      return { perSecond, ...latencies }
    }
    const requests = Math.round((await byK6(2_000)).perSecond * secondsEach)
    const first = await byK6(requests)
    // Half as long again as k6 took, which it has never needed: where it is not through by then, it says so.
    const seconds = Math.ceil((1.5 * requests) / first.perSecond) + 1
    const [second, third, fourth] = [await byWrk(requests, seconds), await byWrk(requests, seconds), await byK6(requests)]
    return { connections: concurrency, requests, k6: [first, fourth], wrk: [second, third] }
  },
  // Once, under this name, both sent one route alone.
  fits: ({ requests }) => requests !== undefined,
  figures: (results) =>
    connections.flatMap((concurrency) => {
      const of = results.filter((result) => result.connections === concurrency)
      const name = concurrency === 1 ? 'one connection' : `${concurrency} connections`
      return [
        `${name}, k6 against wrk: ${measures.map(({ as, key }) => `${as} ${spread(of.map((pair) => mean(pair.k6, key) / mean(pair.wrk, key)), "of wrk's")}`).join(', ')}`,
        ...of.map((pair, i) => `${name}, ${i + 1} of ${of.length}, ${pair.requests.toLocaleString('en')} requests: k6 ${told(pair.k6)}; wrk ${told(pair.wrk)}`),
      ]
    }),
}

const measures = [
  { as: 'requests a second', key: 'perSecond' },
  { as: 'p50', key: 'p50Ms' },
  { as: 'p99', key: 'p99Ms' },
] as const

const mean = (opinions: readonly Opinion[], key: keyof Opinion): number => opinions.reduce((sum, one) => sum + one[key], 0) / opinions.length

const told = (opinions: readonly Opinion[]): string => `${Math.round(mean(opinions, 'perSecond'))} a second, p50 ${mean(opinions, 'p50Ms').toFixed(2)} ms, p99 ${mean(opinions, 'p99Ms').toFixed(2)} ms`
