import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { Route } from '../scenario/scenario.ts'
import type { LoadSecond, Unanswered } from '../timeline/entry.ts'
import { bundleJourney } from './bundle.ts'
import { openTestGround } from './fixtures/ground.ts'
import { ownedPids } from './fixtures/owned-pids.ts'
import { playOn, startOn, type PlanOf } from './fixtures/play.ts'
import { startRudeServer } from './fixtures/rude-server.ts'
import type { K6 } from './k6/binary.ts'
import type { LoadOptions } from './start-load.ts'

const shared = openTestGround(startRudeServer)

describe('a load by k6', { timeout: 30_000 }, () => {
  test('delivers exactly the planned dose, each request with an id of its own', async () => {
    const before = shared.server.ids.length
    const { dose, seconds } = await run({ dose: 500, concurrency: 10, cycle: 4, firstRequest: 1_000 }, [{ name: 'page', path: '/ok?n={n}', expect: { contains: 'ok' } }])
    expect(dose).toMatchObject({ cycle: 4, planned: 500, counted: 500, unexpected: 0, timedOut: 0, broken: 0, dropped: 0, newUrls: 500, generator: { kind: 'completed' } })
    expect(dose.peakInFlight).toBeGreaterThan(1)
    expect(dose.peakInFlight).toBeLessThanOrEqual(10)
    expect(shared.server.ids.slice(before).toSorted()).toEqual(Array.from({ length: 500 }, (_, n) => `4-${1_000 + n}`).toSorted())
    expect(seconds.reduce((sum, { counted }) => sum + counted, 0)).toBe(500)
  })

  test('sends nothing before it is let go', async () => {
    const before = shared.server.urls.length
    await using load = await start({ dose: 5, concurrency: 1 }, [{ name: 'page', path: '/ok' }])
    await setTimeout(300)
    expect(shared.server.urls.length).toBe(before)
    await load.begin()
    expect((await load.drained).counted).toBe(5)
  })

  test('a dose smaller than its concurrency is delivered, and a dose of 0 needs no k6', async () => {
    expect((await run({ dose: 2, concurrency: 50 }, [{ name: 'page', path: '/ok' }])).dose).toMatchObject({ counted: 2, generator: { kind: 'completed' } })
    expect((await run({ dose: 0, concurrency: 50 }, [{ name: 'page', path: '/ok' }])).dose).toMatchObject({ planned: 0, counted: 0, dropped: 0, generator: { kind: 'completed' } })
  })

  test.each<[string, Omit<Route, 'name'>, 'counted' | 'unexpected' | 'timedOut' | 'broken']>([
    ['an answer without the expected content', { path: '/ok', expect: { contains: '<rss' } }, 'unexpected'],
    ['an answer with another status', { path: '/error' }, 'unexpected'],
    ['a redirect', { path: '/moved' }, 'unexpected'],
    ['an error that was asked for', { path: '/error', expect: { status: 500 } }, 'counted'],
    ['no answer', { path: '/hang' }, 'timedOut'],
    ['half an answer', { path: '/half' }, 'timedOut'],
    ['a reset', { path: '/reset' }, 'broken'],
    ['a body that is cut off', { path: '/cut', expect: { contains: 'ok' } }, 'broken'],
    ['a body that is cut off, though none of it is looked at', { path: '/cut' }, 'broken'],
  ])('%s is told apart', async (_, route, outcome) => {
    const { dose } = await run({ dose: 4, concurrency: 4 }, [{ name: 'it', ...route }], { requestTimeoutMs: 300 })
    expect(dose[outcome]).toBe(4)
  })

  test.each<[string, Omit<Route, 'name'>, 'counted' | 'unexpected' | 'broken']>([
    ['before there was an answer', { path: '/hang?{n}' }, 'counted'],
    ['in the midst of the answer', { path: '/half?{n}', expect: { contains: 'never seen' } }, 'counted'],
    ['too late, the answer having come', { path: '/ok?{n}', expect: { contains: 'ok' } }, 'counted'],
    ['too late, another answer having come', { path: '/error?{n}' }, 'unexpected'],
    ['when the server had hung up itself', { path: '/reset?{n}' }, 'broken'],
  ])('a client that hangs up %s', async (_, route, outcome) => {
    const unanswered: Unanswered[] = []
    const { dose } = await run({ dose: 4, concurrency: 4 }, [{ name: 'it', ...route, abortAfterMs: 200 }], { requestTimeoutMs: 5_000, onHappening: happening => happening.kind === 'unanswered' && unanswered.push(happening) })
    expect(dose[outcome]).toBe(4)
    expect(dose.timedOut).toBe(0)
    expect(unanswered).toEqual([])
    await until(() => shared.server.hanging() === 0, 1_000)
  })

  test('a request that hangs is in flight while it does, then unanswered', async () => {
    const unanswered: Unanswered[] = []
    await using load = await start({ dose: 3, concurrency: 3, cycle: 7 }, [{ name: 'stuck', path: '/hang?n={n}' }], {
      requestTimeoutMs: 1_000,
      onHappening: happening => happening.kind === 'unanswered' && unanswered.push(happening),
    })
    await load.begin()
    await until(() => shared.server.hanging() === 3)
    await until(() => load.inFlight() === 3, 500)
    expect([shared.server.hanging(), await shared.server.connections()]).toEqual([3, 3])
    expect(await load.drained).toMatchObject({ timedOut: 3, peakInFlight: 3, generator: { kind: 'completed' } })
    expect(load.inFlight()).toBe(0)
    const told = unanswered.map(({ request, route, url }) => `${request} ${route} ${url}`)
    expect(told.toSorted()).toEqual([0, 1, 2].map(n => `7-${n} stuck ${shared.server.url}/hang?n=${n}`))
    for (const { waitedMs } of unanswered) expect(Math.abs(waitedMs - 1_000)).toBeLessThan(200)
  })

  test('whatever the server has in hand is in flight by the ledger, at every moment and by its id', async () => {
    const before = shared.server.inHand.length
    await using load = await start({ dose: 600, concurrency: 12, cycle: 8 }, [{ name: 'slow', path: '/slow', weight: 3 }, { name: 'quick', path: '/ok?{n}', weight: 5 }, { name: 'reset', path: '/reset', weight: 1 }, { name: 'error', path: '/error', weight: 1 }])
    await load.begin()
    const dose = await load.drained
    const inHand = shared.server.inHand.slice(before)
    // Some of those that were reset came twice: Go sends a GET again that got no byte over a connection that it had used before.
    expect([new Set(inHand.map(({ id }) => id)).size, dose.counted + dose.unexpected + dose.broken, load.started(), load.finished()]).toEqual([600, 600, 600, 600])
    // The server's clock has milliseconds.
    const missed = inHand.filter(({ id, fromMs, untilMs }) => [fromMs, untilMs].some(ms => !load.inFlightBetween(ms, ms + 1).some(({ request }) => request === id)))
    expect(missed).toEqual([])
    const most = Math.max(...inHand.map(({ fromMs }) => inHand.filter(one => one.fromMs <= fromMs && one.untilMs > fromMs).length))
    expect(most).toBeGreaterThan(6)
    expect(dose.peakInFlight).toBeGreaterThanOrEqual(most)
  })

  test('has drained soon after the last answer', async () => {
    const { drainedAtMs } = await run({ dose: 40, concurrency: 4 }, [{ name: 'slow', path: '/slow' }])
    // Generous, for a busy machine; about 110 ms on an idle one.
    expect(drainedAtMs - shared.server.lastAnswerAtMs()).toBeLessThan(1_000)
  })

  test('a target that is not there gives a broken load, its requests broken and never a latency', async () => {
    const { dose, seconds } = await run({ dose: 20, concurrency: 4 }, [{ name: 'page', path: '/ok' }], { baseUrl: 'http://127.0.0.1:1' })
    expect(dose).toMatchObject({ broken: 20, counted: 0, generator: { kind: 'broken', exitCode: 0, tail: expect.stringMatching(/all 20 requests were refused.*connection refused/s) } })
    for (const { p50Ms, maxMs } of seconds) expect([p50Ms, maxMs]).toEqual([0, 0])
  })

  test('a k6 that is killed in the middle gives a broken load that accounts for every request', async () => {
    await using load = await start({ dose: 5_000, concurrency: 4, run: 'killed' }, [{ name: 'slow', path: '/slow' }])
    await load.begin()
    await until(() => load.finished() > 10)
    process.kill(ownedPids('killed')[0]!, 'SIGKILL')
    const dose = await load.drained
    expect(dose.generator).toMatchObject({ kind: 'broken', exitCode: null, tail: expect.stringContaining('k6 was killed by SIGKILL') })
    expect(dose.counted).toBeGreaterThan(10)
    expect(dose.dropped).toBeGreaterThan(4_000)
    expect(dose.counted + dose.unexpected + dose.timedOut + dose.broken + dose.dropped).toBe(5_000)
  })

  test('a k6 that is killed as it is let go is told as killed, and not by what its REST interface then says', async () => {
    await using load = await start({ dose: 20, concurrency: 4, run: 'killed-early' }, [{ name: 'slow', path: '/slow' }])
    process.kill(ownedPids('killed-early')[0]!, 'SIGKILL')
    await load.begin()
    expect((await load.drained).generator).toMatchObject({ kind: 'broken', exitCode: null, tail: expect.stringMatching(/^k6 was killed by SIGKILL, by hand or for want of memory/) })
  })

  test('a load that is disposed of early leaves no k6 behind', async () => {
    {
      await using load = await start({ dose: 1_000, concurrency: 2, run: 'disposed' }, [{ name: 'hang', path: '/hang' }])
      await load.begin()
      await until(() => load.inFlight() === 2)
      expect(ownedPids('disposed')).toHaveLength(1)
    }
    expect(ownedPids('disposed')).toEqual([])
  })

  test('a signal ends the load', async () => {
    const stop = new AbortController()
    await using load = await start({ dose: 1_000, concurrency: 2 }, [{ name: 'hang', path: '/hang' }], { signal: stop.signal })
    await load.begin()
    stop.abort()
    expect((await load.drained).generator).toMatchObject({ kind: 'broken', tail: 'the load was stopped by the harness' })
  })

  test('a k6 that never gets ready gives a broken load, in time', async () => {
    const never: K6 = { version: '2.2.0', how: 'path', output: 'csv', command: ['sh', '-c', 'sleep 60', 'k6'] }
    const { dose } = await run({ dose: 5, concurrency: 1 }, [{ name: 'page', path: '/ok' }], { k6: never, readyTimeoutMs: 300 })
    expect(dose).toMatchObject({ dropped: 5, generator: { kind: 'broken', tail: 'k6 was not ready after 300 ms' } })
  })

  test('a k6 that ends before it is ready gives a broken load at once, with its last words', async () => {
    const short: K6 = { version: '2.2.0', how: 'path', output: 'csv', command: ['sh', '-c', 'echo metric_name,timestamp; echo "no room" >&2; exit 104', 'k6'] }
    const startedMs = performance.now()
    const { dose } = await run({ dose: 5, concurrency: 1 }, [{ name: 'page', path: '/ok' }], { k6: short })
    expect(dose).toMatchObject({ dropped: 5, generator: { kind: 'broken', exitCode: 104, tail: 'k6 ended with exit code 104: invalid configuration\nno room' } })
    expect(performance.now() - startedMs).toBeLessThan(2_000)
  })

  test('a port that was taken in the meantime is tried again', async () => {
    const once: K6 = { version: '2.2.0', how: 'path', output: 'csv', command: ['sh', '-c', `if mkdir "${join(shared.dir, 'first')}" 2>/dev/null; then echo metric_name; exit 106; fi; exec "${shared.k6.command.join('" "')}" "$@"`, 'k6'] }
    expect((await run({ dose: 5, concurrency: 1 }, [{ name: 'page', path: '/ok' }], { k6: once })).dose).toMatchObject({ counted: 5, generator: { kind: 'completed' } })
  })

  test('a k6 that cannot be run gives a broken load', async () => {
    const gone: K6 = { version: '2.2.0', how: 'path', output: 'csv', command: [join(shared.dir, 'no-such-k6')] }
    expect((await run({ dose: 5, concurrency: 1 }, [{ name: 'page', path: '/ok' }], { k6: gone })).dose).toMatchObject({ dropped: 5, generator: { kind: 'broken' } })
  })

  test('the same seed asks for the same URLs, whatever the concurrency; another seed for others', async () => {
    const urlsOf = async (seed: number, concurrency: number) => {
      const before = shared.server.urls.length
      expect((await play(drawn, { dose: 200, concurrency, seed })).counted).toBe(200)
      return shared.server.urls.slice(before).toSorted()
    }
    const [alone, crowded, other] = [await urlsOf(1, 1), await urlsOf(1, 16), await urlsOf(2, 16)]
    expect(crowded).toEqual(alone)
    expect(other).not.toEqual(alone)
  })

  test.each([
    ['throws in a request', `export default journey({ visits: [{ name: 'x', request: (_, n) => { if (n === 3) throw new Error('no page 3'); return { path: '/ok' } } }] })`, 108, /visit 3 \("x"\) of the journey threw: Error: no page 3.*at request \(file:.*journey-under-test\.ts:3/s],
    ['throws as it loads', `throw new Error('not today')\nexport default journey({ visits: [] })`, 107, /not today/],
    ['has a path that is not encoded', `export default journey({ visits: [{ name: 'x', request: () => ({ path: '/a b' }) }] })`, 108, /expected a path that begins with \/ and is percent-encoded, got "\/a b"/],
    ['has no visit', `export default journey({ visits: [] })`, 107, /at least one visit/],
    ['sends by other ways than ours', `export default () => { journey }`, 0, /sent no request/],
  ])('a journey that %s gives a broken load that says so', async (_, text, exitCode, said) => {
    const dose = await play(text, { dose: 10, concurrency: 1 })
    expect(dose.generator).toMatchObject({ kind: 'broken', exitCode, tail: expect.stringMatching(said) })
  })

  test('a journey that cannot be bundled fails with its place', async () => {
    await writeFile(join(shared.dir, 'lost.ts'), `import 'no-such-package'`)
    await expect(bundleJourney({ dir: shared.dir, scenarioDir: shared.dir, run: 'test', output: 'csv', signal: AbortSignal.timeout(60_000), load: { kind: 'journey', journey: 'lost.ts' } })).rejects.toThrow(/The journey .*lost\.ts cannot be bundled: .*lost\.ts:1: Could not resolve "no-such-package"/)
    await expect(bundleJourney({ dir: shared.dir, scenarioDir: shared.dir, run: 'test', output: 'csv', signal: AbortSignal.timeout(60_000), load: { kind: 'journey', journey: 'missing.ts' } })).rejects.toThrow(/Could not resolve .*missing\.ts/)
  })

  test('a script that is not made of our journey is refused before it is run: nobody would count what it sends', async () => {
    await writeFile(join(shared.dir, 'own.js'), `import http from 'k6/http'\nexport default () => http.get('http://127.0.0.1:1/')`)
    await expect(bundleJourney({ dir: shared.dir, scenarioDir: shared.dir, run: 'test', output: 'csv', signal: AbortSignal.timeout(60_000), load: { kind: 'journey', journey: 'own.js' } })).rejects.toThrow(/own\.js does not import lowtide\/journey/)
  })

  test("k6's memory does not grow with distinct URLs", { timeout: 120_000 }, async () => {
    await using load = await start({ dose: 40_000, concurrency: 8, run: 'memory' }, [{ name: 'page', path: '/ok?n={n}' }])
    await load.begin()
    await until(() => load.finished() > 5_000, 50_000)
    const early = load.residentBytes()
    // It may be gone before its last samples are read.
    let late = early
    await until(() => (late = load.residentBytes() || late) > 0 && load.finished() > 38_000, 50_000)
    expect((await load.drained).newUrls).toBe(40_000)
    expect(early).toBeGreaterThan(0)
    // Were paths tags instead of metadata, k6 would keep 0.6 kB of each: 20 MB of these 33,000.
    expect(late - early).toBeLessThan(10 * 1024 * 1024)
  })

  test("K6_ variables of the user's environment change nothing", async () => {
    process.env['K6_ITERATIONS'] = '3'
    process.env['K6_OUT'] = 'json=/dev/null'
    try {
      expect((await run({ dose: 30, concurrency: 2 }, [{ name: 'page', path: '/ok' }])).dose).toMatchObject({ counted: 30, generator: { kind: 'completed' } })
    } finally {
      delete process.env['K6_ITERATIONS']
      delete process.env['K6_OUT']
    }
  })

  test('k6 logs to the run folder', async () => {
    await play(`throw new Error('no page 3')\nexport default journey({ visits: [] })`, { dose: 1, concurrency: 1 })
    expect(await readFile(join(shared.dir, 'logs', 'k6.log'), 'utf8')).toContain('no page 3')
  })
})

const drawn = `export default journey({ visits: [
  { name: 'a', weight: 6, request: random => ({ path: '/ok?a=' + random.between(1, 1_000_000) }) },
  { name: 'b', weight: 3, request: (random, n) => ({ path: '/ok?b=' + n + random.pick(['x', 'y']) }) },
] })`

type Changes = Partial<LoadOptions> & { readonly requestTimeoutMs?: number }
const start = (plan: PlanOf, routes: readonly Route[], { requestTimeoutMs = 10_000, ...changes }: Changes = {}) => startOn(ground(), { kind: 'routes', routes, requestTimeoutMs }, plan, changes)

const run = async (plan: PlanOf, routes: readonly Route[], changes: Changes = {}) => {
  const seconds: LoadSecond[] = []
  await using load = await start(plan, routes, { onHappening: happening => happening.kind === 'load' && seconds.push(happening), ...changes })
  await load.begin()
  const dose = await load.drained
  return { dose, seconds, drainedAtMs: Date.now() }
}

const play = (text: string, plan: PlanOf) => playOn(ground(), text, plan)

const ground = () => ({ k6: shared.k6, dir: shared.dir, baseUrl: shared.server.url })

const until = async (condition: () => boolean, withinMs = 5_000) => {
  const deadline = AbortSignal.timeout(withinMs)
  while (!condition()) await setTimeout(10, undefined, { signal: deadline })
}
