import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { Route } from '../scenario/scenario.ts'
import type { Dose, LoadSecond } from '../timeline/entry.ts'
import { mostRoutes, otherRoutes } from '../timeline/routes.ts'
import { openTestGround } from './fixtures/ground.ts'
import { startBrokenServer } from './fixtures/broken-server.ts'
import { playOn, startOn, type PlanOf } from './fixtures/play.ts'
import { startRudeServer } from './fixtures/rude-server.ts'
import type { K6 } from './k6/binary.ts'
import type { LoadOptions } from './start-load.ts'

const shared = openTestGround(startBrokenServer)

// A k6 with Lowtide's output has k6's own as well. Where none is built, both are k6's.
describe.each<[K6['output']]>([['lowtide'], ['csv']])('with samples as %s', output => {
  const k6 = (): K6 => ({ ...shared.k6, output: shared.k6.output === 'lowtide' ? output : 'csv' })

  describe('a target', { timeout: 30_000 }, () => {
    test.each<[string, Omit<Route, 'name'>, RegExp]>([
      ['that answers what is no HTTP', { path: '/garbage?{n}' }, /malformed HTTP/],
      ['whose headers have no end', { path: '/garbage-for-ever?{n}' }, /response headers exceeded/],
      ['that hangs up instead of answering', { path: '/gone?{n}' }, /EOF/],
    ])('%s gives a broken load, with what k6 made of it', async (_, route, said) => {
      const { dose } = await run({ dose: 20, concurrency: 4 }, route)
      expect(dose).toMatchObject({ broken: 20, counted: 0, dropped: 0, generator: { kind: 'broken', exitCode: 0, tail: expect.stringMatching(/^all 20 requests were left without a whole answer in HTTP: does the application speak HTTP there, without TLS\?/) } })
      expect(tailOf(dose)).toMatch(said)
    })

    test('that hangs up after each answer without saying so costs no GET', async () => {
      const { dose } = await run({ dose: 200, concurrency: 4 }, { path: '/hurry?{n}', expect: { contains: 'ok' } })
      expect(dose).toMatchObject({ counted: 200, generator: { kind: 'completed' } })
    })

    test('whose answers are large costs k6 no memory where none of it is looked at, and all is read', async () => {
      const { dose, peakBytes } = await run({ dose: 6, concurrency: 3 }, { path: '/big?{n}' })
      expect(dose).toMatchObject({ counted: 6, generator: { kind: 'completed' } })
      // 100 MB each: three of them kept would be more than 300 MB.
      expect(peakBytes).toBeLessThan(150_000_000)
    })

    test('whose large answer does not end in time costs one time-out', async () => {
      const { dose } = await run({ dose: 2, concurrency: 2 }, { path: '/endless?{n}' }, { requestTimeoutMs: 500 })
      expect(dose).toMatchObject({ timedOut: 2, generator: { kind: 'completed' } })
      expect(dose.loadMs).toBeLessThan(3_000)
    })
  })

  describe('a journey', { timeout: 30_000 }, () => {
    test.each([
      ['in a request', `{ name: 'wheel', request: (_, n) => { while (n >= 5); return { path: '/ok?' + n } } }`, 'visit 5 ("wheel") does not come back; 5 of 40 requests were sent'],
      ['before its first step', `{ name: 'mill', requests: 2, steps: function* () { for (;;); } }`, 'visit 0 ("mill") does not come back; 0 of 40 requests were sent'],
      ['over an answer', `{ name: 'mill', requests: 2, steps: function* () { const page = yield { name: 'login', path: '/ok' }; while (page); } }`, 'it does not come back from the answer to request 0-'],
    ])('that loops for ever %s is ended, and told by name', async (_, visit, said) => {
      const beganMs = performance.now()
      const dose = await playOn({ k6: k6(), dir: shared.dir, baseUrl: shared.server.url }, `export default journey({ visits: [${visit}] })`, { dose: 40, concurrency: 1 }, { standstillMs: 2_000 })
      expect(dose.generator).toMatchObject({ kind: 'broken', exitCode: null, tail: expect.stringContaining(`the journey loops for ever: ${said}`) })
      expect(dose.counted + dose.dropped).toBe(40)
      expect(performance.now() - beganMs).toBeLessThan(20_000)
    })

    test('whose users think for longer than that is none that loops', async () => {
      const dose = await playOn({ k6: k6(), dir: shared.dir, baseUrl: shared.server.url }, `export default journey({ visits: [{ name: 'slow thinker', think: { medianMs: 1_500, sigma: 0, mostMs: 2_000 }, request: () => ({ path: '/ok' }) }] })`, { dose: 4, concurrency: 2 }, { standstillMs: 500 })
      expect(dose).toMatchObject({ counted: 4, generator: { kind: 'completed' } })
    })

    test('that makes up a name for each request fills nothing: those beyond the first are told together', async () => {
      const seconds: LoadSecond[] = []
      const dose = await playOn({ k6: k6(), dir: shared.dir, baseUrl: shared.server.url }, `export default journey({ visits: [{ name: 'walker', requests: 500, steps: function* (random, n) { for (let i = 0; ; i++) yield { name: 'page ' + n + ' ' + i, path: '/ok?' + n + '-' + i } } }] })`, { dose: 3_000, concurrency: 6 }, { onHappening: happening => happening.kind === 'load' && seconds.push(happening) })
      expect(dose).toMatchObject({ counted: 3_000, generator: { kind: 'completed' } })
      const routes = new Set(seconds.map(({ route }) => route))
      expect(routes.has(otherRoutes)).toBe(true)
      expect(routes.size).toBeLessThanOrEqual(mostRoutes + 1)
    })

    test('that eats all memory ends in that word, and not in the stacks of Go', async () => {
      const small: K6 = { ...k6(), command: ['sh', '-c', `ulimit -v 1700000; exec "${k6().command.join('" "')}" "$@"`, 'k6'] }
      const dose = await playOn({ k6: small, dir: shared.dir, baseUrl: shared.server.url }, `const kept = []\nexport default journey({ visits: [{ name: 'hoarder', request: (_, n) => { while (n >= 5) kept.push('x'.repeat(1_000_000) + kept.length); return { path: '/ok?' + n } } }] })`, { dose: 40, concurrency: 1 })
      expect(dose).toMatchObject({ dropped: 35, generator: { kind: 'broken', exitCode: 2, tail: expect.stringMatching(/^k6 ended with exit code 2: it crashed, as Go does for want of memory\n(?:.*\n)*fatal error: (?:runtime: )?(?:out of memory|cannot allocate memory)$/) } })
      expect(dose.counted + dose.broken).toBe(5)
    })
  })

  test('a harness that is stopped for 10 s and continued loses nothing, and knows that it was behind', { timeout: 60_000 }, async () => {
    await using slow = await startRudeServer()
    const child = spawn(process.execPath, [fileURLToPath(new URL('fixtures/loaded-child.ts', import.meta.url))], { env: { ...process.env, LOADED: JSON.stringify({ k6: k6(), baseUrl: slow.url }) }, stdio: ['ignore', 'pipe', 'inherit'] })
    let told = ''
    for await (const line of createInterface({ input: child.stdout })) {
      if (line !== 'begun') {
        told = line
        continue
      }
      await setTimeout(1_000)
      child.kill('SIGSTOP')
      await setTimeout(10_000)
      child.kill('SIGCONT')
    }
    const { dose, longestLagMs, inSeconds } = JSON.parse(told) as { readonly dose: Dose; readonly longestLagMs: number; readonly inSeconds: number }
    expect(dose).toMatchObject({ planned: 1_000, counted: 1_000, dropped: 0, generator: { kind: 'completed' } })
    expect(dose.misdated).toBeUndefined()
    expect(inSeconds).toBe(1_000)
    expect(longestLagMs).toBeGreaterThan(9_000)
    expect(slow.urls).toHaveLength(1_000)
  })

  /** A load of one route, and how much memory its k6 had at most. */
  const run = async (plan: PlanOf, route: Omit<Route, 'name'>, { requestTimeoutMs = 10_000, ...changes }: Partial<LoadOptions> & { readonly requestTimeoutMs?: number } = {}) => {
    await using load = await startOn({ k6: k6(), dir: shared.dir, baseUrl: shared.server.url }, { kind: 'routes', routes: [{ name: 'it', ...route }], requestTimeoutMs }, plan, changes)
    await load.begin()
    let peakBytes = 0
    const looking = setInterval(() => (peakBytes = Math.max(peakBytes, load.residentBytes())), 20)
    const dose = await load.drained
    clearInterval(looking)
    return { dose, peakBytes }
  }
})

const tailOf = ({ generator }: Dose): string => (generator.kind === 'broken' ? generator.tail : '')
