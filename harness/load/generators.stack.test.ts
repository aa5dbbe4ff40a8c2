import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startOn, type PlanOf } from './fixtures/play.ts'
import { startRudeServer } from './fixtures/rude-server.ts'
import { findK6, type K6 } from './k6-binary.ts'

let k6: K6
let server: Awaited<ReturnType<typeof startRudeServer>>
let dir: string

beforeAll(async () => {
  k6 = await findK6({ signal: AbortSignal.timeout(900_000), say: console.error })
  server = await startRudeServer()
  dir = await mkdtemp(join(tmpdir(), 'lowtide-generators-'))
}, 900_000)

afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await rm(dir, { recursive: true, force: true })
})

describe('several k6 that share a load', { timeout: 60_000 }, () => {
  test.each([1, 2, 3, 4])('%i of them send the same requests, each once, and the dose is whole', async generators => {
    const before = server.ids.length
    await using load = await start('/ok', generators, { dose: 401, concurrency: 7 })
    await load.begin()
    expect(await load.drained).toMatchObject({ planned: 401, counted: 401, dropped: 0, generator: { kind: 'completed' } })
    expect(server.ids.slice(before).toSorted()).toEqual(Array.from({ length: 401 }, (_, n) => `0-${n}`).toSorted())
  })

  test('have all of the users together', async () => {
    await using load = await start('/slow', 3, { dose: 120, concurrency: 8 })
    await load.begin()
    expect((await load.drained).peakInFlight).toBe(8)
  })

  test('are never more than there are users', async () => {
    await using load = await start('/ok', 4, { dose: 10, concurrency: 2, run: 'few' })
    expect(pidsOf('few')).toHaveLength(2)
    await load.begin()
    expect(await load.drained).toMatchObject({ counted: 10, generator: { kind: 'completed' } })
  })

  test('one that is killed breaks the load, is named, and leaves none of the others behind', async () => {
    await using load = await start('/slow', 3, { dose: 5_000, concurrency: 6, run: 'one-killed' })
    await load.begin()
    while (load.finished() < 10) await setTimeout(10, undefined, { signal: AbortSignal.timeout(10_000) })
    process.kill(pidsOf('one-killed')[1]!, 'SIGKILL')
    const dose = await load.drained
    expect(dose.generator).toMatchObject({ kind: 'broken', tail: expect.stringMatching(/^k6 \d of 3: k6 was killed by SIGKILL/) })
    expect(dose.counted + dose.broken + dose.dropped).toBe(5_000)
    expect(pidsOf('one-killed')).toEqual([])
  })
})

const start = (path: string, generators: number, plan: PlanOf) => startOn({ k6, dir, baseUrl: server.url }, { kind: 'routes', routes: [{ name: 'page', path }], generators, requestTimeoutMs: 10_000 }, plan, { run: plan.run ?? 'test' })

/** By the tag that every k6 of a run carries in its environment. */
const pidsOf = (owner: string): readonly number[] =>
  execFileSync('sh', ['-c', `grep -lz '^LOWTIDE_OWNER=${owner}$' /proc/[0-9]*/environ 2>/dev/null || true`], { encoding: 'utf8' })
    .split('\n')
    .flatMap(line => /\d+/.exec(line)?.map(Number) ?? [])
