import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Dose, LoadSecond } from '../../timeline/entry.ts'
import type { Arrivals } from '../../scenario/model.ts'
import type { Load } from '../../scenario/scenario.ts'
import { openTestGround } from '../fixtures/ground.ts'
import { startOn } from '../fixtures/play.ts'
import { startRudeServer } from '../fixtures/rude-server.ts'

const shared = openTestGround(startRudeServer)

describe('an open model', { timeout: 30_000 }, () => {
  test('sends its whole dose at the rate of its arrivals, each at its moment', async () => {
    const { dose } = await send('/ok', { perSecond: 50, spacing: 'even' }, { dose: 100, concurrency: 10 })
    expect(dose).toMatchObject({ counted: 100, dropped: 0, generator: { kind: 'completed' } })
    // The last of them is 1.98 s after the first.
    expect(dose.loadMs).toBeGreaterThan(1_900)
    expect(dose.loadMs).toBeLessThan(2_500)
    expect(dose.lateness?.maxMs).toBeLessThan(200)
  })

  test('goes on sending where nothing is answered, until all users wait; what comes then is dropped, and said', async () => {
    const { dose } = await send('/hang', { perSecond: 20, spacing: 'even', dropAfterMs: 100 }, { dose: 40, concurrency: 6 })
    expect(dose).toMatchObject({ planned: 40, timedOut: 6, peakInFlight: 6, dropped: 34, counted: 0 })
  })

  test('counts a latency from the moment of the arrival: who has to wait for a free user has waited', async () => {
    // Ten at once, for one user, who waits 50 ms for each: 0 ms late, 50 ms, ... 450 ms.
    const { dose, seconds } = await send('/slow', { perSecond: 1_000, spacing: 'even', dropAfterMs: 60_000 }, { dose: 10, concurrency: 1 })
    expect(dose.counted).toBe(10)
    expect(dose.lateness?.maxMs).toBeGreaterThan(440)
    expect(Math.max(...seconds.map(({ maxMs }) => maxMs))).toBeGreaterThan(490)
  })

  test('has a rate of requests, also where a visit sends several', async () => {
    await writeFile(join(shared.dir, 'walks.ts'), `import { journey } from 'lowtide/journey'\nexport { options } from 'lowtide/journey'\nexport default journey({ visits: [{ name: 'walk', requests: 4, steps: function* () { for (;;) yield { name: 'page', path: '/ok' } } }] })`)
    const { dose } = await play({ kind: 'journey', journey: 'walks.ts', arrivals: { perSecond: 40, spacing: 'even' }, requestTimeoutMs: 3_000 }, { dose: 80, concurrency: 10 })
    expect(dose).toMatchObject({ counted: 80, dropped: 0 })
    // Twenty visits, one each 100 ms.
    expect(dose.loadMs).toBeGreaterThan(1_850)
    expect(dose.loadMs).toBeLessThan(2_500)
  })

  test('of a night, five million by the clock, is ready to begin as soon as one of a minute', async () => {
    const arrivals = { perSecond: 100, spacing: 'even' } as const
    await withBegun({ kind: 'routes', routes: [{ name: 'page', path: '/ok' }], arrivals, requestTimeoutMs: 3_000 }, { dose: 5_000_000, concurrency: 20 }, finished => expect.poll(finished, { timeout: 5_000 }).toBeGreaterThan(0))
  })

  test('does without its moments in the warm-up, whose requests are to fill the pools', async () => {
    const { dose } = await send('/ok', { perSecond: 1 }, { dose: 30, concurrency: 3, role: 'warm-up' })
    expect(dose.counted).toBe(30)
    expect(dose.loadMs).toBeLessThan(5_000)
    expect(dose.lateness).toBeUndefined()
  })
})

test('walks by the hundred thousand are counted once, and not by each user', { timeout: 60_000 }, async () => {
  await writeFile(join(shared.dir, 'many-walks.ts'), `import { journey } from 'lowtide/journey'\nexport { options } from 'lowtide/journey'\nexport default journey({ visits: [3, 4].map(requests => ({ name: 'walk of ' + requests, requests, steps: function* () { for (;;) yield { name: 'page', path: '/ok' } } })) })`)
  await withBegun({ kind: 'journey', journey: 'many-walks.ts', requestTimeoutMs: 3_000 }, { dose: 200_000, concurrency: 50 }, finished => expect.poll(finished, { timeout: 5_000 }).toBeGreaterThan(0))
})

/** A load whose k6 has a quarter of a minute to stand at its barrier; ended once `seen` has resolved. */
const withBegun = async (load: Load, plan: Sent, seen: (finished: () => number) => PromiseLike<void>) => {
  const ended = new AbortController()
  await using running = await startOn({ k6: shared.k6, dir: shared.dir, baseUrl: shared.server.url }, load, plan, { readyTimeoutMs: 15_000, signal: ended.signal })
  await running.begin()
  await seen(running.finished)
  ended.abort()
  await running.drained
}

type Sent = { readonly dose: number; readonly concurrency: number; readonly role?: Dose['role'] }

const send = (path: string, arrivals: Arrivals, plan: Sent) => play({ kind: 'routes', routes: [{ name: 'page', path }], arrivals, requestTimeoutMs: 3_000 }, plan)

const play = async (load: Load, { role = 'measured', ...plan }: Sent) => {
  const seconds: LoadSecond[] = []
  const changes = { plan: { seed: 1, cycle: 0, firstRequest: 0, thinkScale: 1, ...plan, role }, onHappening: (happening: { readonly kind: string }) => happening.kind === 'load' && seconds.push(happening as LoadSecond) }
  await using running = await startOn({ k6: shared.k6, dir: shared.dir, baseUrl: shared.server.url }, load, plan, changes)
  await running.begin()
  return { dose: await running.drained, seconds }
}
