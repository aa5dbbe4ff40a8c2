import { join } from 'node:path'
import { writeFile } from 'node:fs/promises'
import { findK6 } from '../../load/k6/binary.ts'
import { startLoad } from '../../load/start-load.ts'
import { spread, type Measure } from '../measure.ts'
import { openGround } from './ground.ts'

/** Of a batch of loads: how long after its last answer each was declared drained, and how often that was too early. */
type Batch = { readonly afterMs: readonly number[]; readonly early: number }

const batches = 100
const trialsEach = 100

/** Half of the answers come at once, the others within 0.4 s, and now and then one much later. */
const journey = `
import { journey } from 'lowtide/journey'
export { options } from 'lowtide/journey'
const tail = random => (random.fraction() < 0.5 ? 0 : random.fraction() < 0.9 ? random.between(1, 400) : random.between(400, 1_500))
export default journey({ visits: [{ name: 'page', request: random => ({ path: '/page?after=' + tail(random) }) }] })
`

export const loadDrained: Measure<Batch> = {
  name: 'load-drained',
  claims: `in ${(batches * trialsEach).toLocaleString('en')} loads with random slow tails, drained is declared within 300 ms of the last answer and never while a request is in flight`,
  times: batches,
  once: async (nth, { signal }) => {
    const k6 = await findK6({ signal, say: console.error })
    await using ground = await openGround(signal)
    await writeFile(join(ground.dir, 'tails.ts'), journey)
    const bundle = await ground.bundle(k6.output, { kind: 'journey', journey: 'tails.ts' })
    const afterMs: number[] = []
    let early = 0
    for (let trial = 0; trial < trialsEach; trial++) {
      signal.throwIfAborted()
      await using load = await startLoad({ k6, bundle, run: `bench-drained-${process.pid}`, dir: ground.dir, baseUrl: ground.baseUrl, plan: { dose: 6, concurrency: 4, seed: nth * trialsEach + trial, cycle: 0, firstRequest: 0, thinkScale: 1, role: 'measured' }, signal, onHappening: () => {} })
      await load.begin()
      await load.drained
      const drainedAtMs = Date.now()
      const { inFlight, requests, lastAnswerAtMs } = await ground.tally()
      if (inFlight > 0 || requests !== 6) early++
      afterMs.push(drainedAtMs - lastAnswerAtMs)
    }
    return { afterMs, early }
  },
  figures: (results) => {
    const all = results.flatMap(({ afterMs }) => afterMs)
    return [
      `declared drained after the last answer: ${spread(all, 'ms', 0)}; ${all.filter((ms) => ms > 300).length} later than 300 ms`,
      `declared while a request was in flight: ${results.reduce((sum, { early }) => sum + early, 0)} of ${all.length}`,
    ]
  },
}
