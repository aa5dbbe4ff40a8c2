import { findK6 } from '../../load/k6/binary.ts'
import { startLoad } from '../../load/start-load.ts'
import type { Dose } from '../../timeline/entry.ts'
import { spread, type Measure } from '../measure.ts'
import { openGround, type Ground } from './ground.ts'

/** What one load came to: as its ledger has it, by route, and as the server has counted it. */
type Delivered = Pick<Dose, 'planned' | 'counted' | 'dropped'> & { readonly byServer: number; readonly perSecond: number; readonly routes: Readonly<Record<string, number>> }

/** The same load by one generator and by four, each twice, in turns: a drift of the machine cancels out. */
type Pair = { readonly one: readonly Delivered[]; readonly four: readonly Delivered[] }

const secondsEach = 6
const perSecond = 500
const routes = [
  { name: 'page', path: '/page', weight: 6 },
  { name: 'other page', path: '/other?n={n}', weight: 3 },
  { name: 'slow page', path: '/page?after=20', weight: 1 },
]

export const loadSegments: Measure<Pair> = {
  name: 'load-segments',
  claims: 'four generators that share a load by execution segments deliver the same dose as one, within 1 %',
  times: 5,
  once: async (_, { signal }) => {
    await using ground = await openGround(signal)
    const [first, second, third, fourth] = [await deliver(ground, 1, signal), await deliver(ground, 4, signal), await deliver(ground, 4, signal), await deliver(ground, 1, signal)]
    return { one: [first, fourth], four: [second, third] }
  },
  figures: (results) => {
    const against = (of: (delivered: Delivered) => number) => results.map(({ one, four }) => sum(four.map(of)) / sum(one.map(of)))
    const broken = results.flatMap(({ one, four }) => [...one, ...four]).filter(({ byServer, counted }) => byServer !== counted).length
    return [
      `requests answered as expected, four against one: ${spread(against(({ counted }) => counted), 'of its dose', 4)}`,
      `as the server counts them: ${spread(against(({ byServer }) => byServer), 'of its dose', 4)}; the ledger has another number in ${broken} of ${4 * results.length} loads`,
      ...routes.map(({ name }) => `${name}: ${spread(against((delivered) => delivered.routes[name] ?? 0), "of one's", 4)}`),
      `requests a second, ${perSecond} planned: ${spread(against((delivered) => delivered.perSecond), "of one's", 4)}`,
    ]
  },
}

const deliver = async (ground: Ground, generators: number, signal: AbortSignal): Promise<Delivered> => {
  const k6 = await findK6({ signal, say: console.error })
  const arrivals = { perSecond, spacing: 'even' } as const
  const bundle = await ground.bundle(k6.output, { kind: 'routes', routes, arrivals, generators })
  const answered: Record<string, number> = {}
  await using load = await startLoad({
    k6,
    bundle,
    run: `bench-segments-${process.pid}`,
    dir: ground.dir,
    baseUrl: ground.baseUrl,
    plan: { dose: perSecond * secondsEach, concurrency: 20, seed: 1, cycle: 0, firstRequest: 0, thinkScale: 1, role: 'measured' },
    signal,
    onHappening: (happening) => void (happening.kind === 'load' && (answered[happening.route] = (answered[happening.route] ?? 0) + happening.counted)),
  })
  await load.begin()
  const { planned, counted, dropped, generator } = await load.drained
  if (generator.kind !== 'completed') throw new Error(`a load by ${generators} generators broke: ${generator.tail}`)
  const { requests, perSecond: reached } = await ground.tally()
  return { planned, counted, dropped, byServer: requests, perSecond: reached, routes: answered }
}

const sum = (values: readonly number[]) => values.reduce((total, one) => total + one, 0)
