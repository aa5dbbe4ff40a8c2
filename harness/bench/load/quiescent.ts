import { findK6 } from '../../load/k6/binary.ts'
import { startLoad } from '../../load/start-load.ts'
import { settle, type Settled } from '../../probes/quiet.ts'
import { spread, type Measure } from '../measure.ts'
import { openGround } from './ground.ts'

/** Of a batch of loads: how long after it was told to have drained each was told to be quiescent, what its settle found, and how often a request was in flight by then. */
type Batch = { readonly afterMs: readonly number[]; readonly kinds: readonly Settled['kind'][]; readonly early: number }

const batches = 10
const trialsEach = 20
const promisedMs = 2_000

/** The last answers come late, so that the server has just been at work. */
const routes = [
  { name: 'page', path: '/page', weight: 9 },
  { name: 'slow page', path: '/page?after=300', weight: 1 },
]

export const loadQuiescent: Measure<Batch> = {
  name: 'load-quiescent',
  claims: `a server at rest is told to be quiescent within ${promisedMs / 1_000} s of its load's end, and never with a request in flight`,
  times: batches,
  once: async (nth, { signal }) => {
    const k6 = await findK6({ signal, say: console.error })
    await using ground = await openGround(signal)
    const bundle = await ground.bundle(k6.output, { kind: 'routes', routes })
    await using eyes = await ground.watched()
    const { counters } = await eyes.look()
    const batch = { afterMs: [] as number[], kinds: [] as Settled['kind'][], early: 0 }
    for (let trial = 0; trial < trialsEach; trial++) {
      signal.throwIfAborted()
      const dose = 200
      await using load = await startLoad({ k6, bundle, run: `bench-quiescent-${process.pid}`, dir: ground.dir, baseUrl: ground.baseUrl, plan: { dose, concurrency: 8, seed: nth * trialsEach + trial, cycle: 0, firstRequest: 0, thinkScale: 1, role: 'measured' }, signal, onHappening: () => {} })
      await load.begin()
      await load.drained
      const drainedAtMs = performance.now()
      const { kind } = await settle({ sampler: eyes, reading: 'untouched', record: () => {}, inFlight: load.inFlight, clientsBefore: counters['app.clients'] ?? 0, deadlineMs: 20_000, matureMs: 0, signal })
      batch.afterMs.push(performance.now() - drainedAtMs)
      batch.kinds.push(kind)
      const { inFlight, requests } = await ground.tally()
      if (inFlight > 0 || requests !== dose) batch.early++
    }
    return batch
  },
  figures: (results) => {
    const all = results.flatMap(({ afterMs }) => afterMs)
    return [
      `quiescent after drained: ${spread(all, 'ms', 0)}; ${all.filter((ms) => ms > promisedMs).length} later than ${promisedMs / 1_000} s`,
      `without quiet, or with something left: ${results.flatMap(({ kinds }) => kinds).filter((kind) => kind !== 'clean').length} of ${all.length}`,
      `told while a request was in flight: ${results.reduce((sum, { early }) => sum + early, 0)} of ${all.length}`,
    ]
  },
}
