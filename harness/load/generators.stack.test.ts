import { setTimeout } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { openTestGround } from './fixtures/ground.ts'
import { ownedPids } from './fixtures/owned-pids.ts'
import { startOn, type PlanOf } from './fixtures/play.ts'
import { startRudeServer } from './fixtures/rude-server.ts'

const shared = openTestGround(startRudeServer)

describe('several k6 that share a load', { timeout: 60_000 }, () => {
  test.each([1, 2, 3, 4])('%i of them send the same requests, each once, and the dose is whole', async generators => {
    const before = shared.server.ids.length
    await using load = await start('/ok', generators, { dose: 401, concurrency: 7 })
    await load.begin()
    expect(await load.drained).toMatchObject({ planned: 401, counted: 401, dropped: 0, generator: { kind: 'completed' } })
    expect(shared.server.ids.slice(before).toSorted()).toEqual(Array.from({ length: 401 }, (_, n) => `0-${n}`).toSorted())
  })

  test('have all of the users together', async () => {
    await using load = await start('/slow', 3, { dose: 120, concurrency: 8 })
    await load.begin()
    expect((await load.drained).peakInFlight).toBe(8)
  })

  test('are never more than there are users', async () => {
    await using load = await start('/ok', 4, { dose: 10, concurrency: 2, run: 'few' })
    expect(ownedPids('few')).toHaveLength(2)
    await load.begin()
    expect(await load.drained).toMatchObject({ counted: 10, generator: { kind: 'completed' } })
  })

  test('one that is killed breaks the load, is named, and leaves none of the others behind', async () => {
    await using load = await start('/slow', 3, { dose: 5_000, concurrency: 6, run: 'one-killed' })
    await load.begin()
    const deadline = AbortSignal.timeout(10_000)
    while (load.finished() < 10) await setTimeout(10, undefined, { signal: deadline })
    process.kill(ownedPids('one-killed')[1]!, 'SIGKILL')
    const dose = await load.drained
    expect(dose.generator).toMatchObject({ kind: 'broken', tail: expect.stringMatching(/^k6 \d of 3: k6 was killed by SIGKILL/) })
    expect(dose.counted + dose.broken + dose.dropped).toBe(5_000)
    expect(ownedPids('one-killed')).toEqual([])
  })
})

const start = (path: string, generators: number, plan: PlanOf) => startOn({ k6: shared.k6, dir: shared.dir, baseUrl: shared.server.url }, { kind: 'routes', routes: [{ name: 'page', path }], generators, requestTimeoutMs: 10_000 }, plan, { run: plan.run ?? 'test' })
