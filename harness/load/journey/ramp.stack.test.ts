import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { Load } from '../../scenario/scenario.ts'
import type { Dose } from '../../timeline/entry.ts'
import { bundleJourney } from '../bundle.ts'
import { startArrivalServer } from '../fixtures/arrival-server.ts'
import { openTestGround } from '../fixtures/ground.ts'
import { startOn, type PlanOf } from '../fixtures/play.ts'
import { startRudeServer } from '../fixtures/rude-server.ts'
import { planOf } from '../start-load.ts'

const shared = openTestGround(startArrivalServer)
const rampMs = 2_000
const concurrency = 5

describe('users of a closed model', { timeout: 60_000 }, () => {
  test.each([1, 3])('come evenly over the ramp, the first at once, however many k6 share the load: %i', async generators => {
    const { dose, afterMs } = await play({ dose: concurrency, concurrency }, { generators })
    expect(dose).toMatchObject({ counted: concurrency, dropped: 0, generator: { kind: 'completed' } })
    for (const [user, ms] of afterMs.entries()) {
      expect(ms).toBeGreaterThanOrEqual((rampMs * user) / concurrency)
      // Generous, for a busy machine.
      expect(ms).toBeLessThan((rampMs * user) / concurrency + 1_000)
    }
  })

  test('make one visit each at least, also where the others could have sent the whole dose meanwhile, and never more than the dose', async () => {
    const { dose, afterMs, ids } = await play({ dose: 50, concurrency })
    expect(dose).toMatchObject({ planned: 50, counted: 50, dropped: 0, generator: { kind: 'completed' } })
    expect(ids.toSorted()).toEqual(Array.from({ length: 50 }, (_, n) => `0-${n}`).toSorted())
    expect(afterMs.at(-1)).toBeGreaterThanOrEqual((rampMs * (concurrency - 1)) / concurrency)
  })

  test('are waited for by nobody’s latency, and are in flight only once they have come', async () => {
    await using slow = await startRudeServer()
    const peakOf = async (load: Load) => {
      let longestMs = 0
      await using running = await startOn({ ...shared, baseUrl: slow.url }, load, { dose: concurrency, concurrency }, { onHappening: happening => void (happening.kind === 'load' && (longestMs = Math.max(longestMs, happening.maxMs))) })
      await running.begin()
      const { peakInFlight, lateness } = await running.drained
      return { peakInFlight, lateness, longestMs }
    }
    const load: Load = { ...routes, routes: [{ name: 'slow', path: '/slow' }] }
    expect(await peakOf(load)).toMatchObject({ peakInFlight: concurrency })
    const { peakInFlight, lateness, longestMs } = await peakOf({ ...load, rampMs })
    expect(peakInFlight).toBeLessThan(concurrency)
    // The last of them has come after 1.6 s.
    expect(longestMs).toBeLessThan(1_500)
    expect(lateness).toBeUndefined()
  })

  test('are there at once in warm-up and baseline', async () => {
    for (const role of ['warm-up', 'baseline'] as const) {
      const { afterMs } = await play({ dose: concurrency, concurrency }, { role, rampMs: 30_000 })
      expect(afterMs.at(-1)).toBeLessThan(6_000)
    }
  })

  test('are waited for by k6 itself: its own limit of time is later by the ramp', async () => {
    const limitMs = async (more: { readonly rampMs?: number }) => {
      const load: Load = { ...routes, ...more }
      const bundle = await bundleJourney({ load, output: shared.k6.output, scenarioDir: shared.dir, dir: shared.dir, run: 'test', signal: AbortSignal.timeout(60_000) })
      const plan = planOf({ dose: 20, concurrency, seed: 1, cycle: 0, firstRequest: 0, thinkScale: 1, role: 'measured' }, bundle, shared.server.url)
      const [program, ...leading] = shared.k6.command
      const { stdout } = await promisify(execFile)(program!, [...leading, 'inspect', '--env', `LOWTIDE_PLAN=${JSON.stringify(plan)}`, bundle.script])
      const { scenarios } = JSON.parse(stdout) as { scenarios: { dose: { maxDuration: string } } }
      return durationMs(scenarios.dose.maxDuration)
    }
    expect((await limitMs({ rampMs: 3_600_000 })) - (await limitMs({}))).toBe(3_600_000)
  })
})

const routes = { kind: 'routes', routes: [{ name: 'page', path: '/page?{n}' }], requestTimeoutMs: 3_000 } as const

/** As Go writes one: `1h0m35s`. */
const durationMs = (told: string): number => [...told.matchAll(/([\d.]+)(h|ms|m|s)/g)].reduce((sum, [, value, unit]) => sum + Number(value) * unitMs[unit as keyof typeof unitMs], 0)
const unitMs = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 }

type More = { readonly role?: Dose['role']; readonly generators?: number; readonly rampMs?: number }

/** When after its beginning the first visits of the load came, one for each user; and the ids of all. */
const play = async (plan: PlanOf, { role = 'measured', ...more }: More = {}) => {
  const before = shared.server.arrived.length
  await using load = await startOn({ ...shared, baseUrl: shared.server.url }, { ...routes, rampMs, ...more }, plan, { plan: { seed: 1, cycle: 0, firstRequest: 0, thinkScale: 1, ...plan, role } })
  const beganMs = performance.timeOrigin + performance.now()
  await load.begin()
  const dose = await load.drained
  const came = shared.server.arrived.slice(before).map(({ atMs, headers }) => ({ atMs, id: String((JSON.parse(headers) as Record<string, string>)['x-request-id']) }))
  const first = came.filter(({ id }) => Number(id.split('-')[1]) < concurrency)
  return { dose, afterMs: first.map(({ atMs }) => atMs - beganMs), ids: came.map(({ id }) => id) }
}
