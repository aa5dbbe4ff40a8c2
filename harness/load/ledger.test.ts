import { readFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LoadSecond, Requests, Unanswered, KeptRequest } from '../timeline/entry.ts'
import { decodeLatencies, latencyOf } from '../timeline/latencies.ts'
import { openLedger } from './ledger.ts'
import type { LoadPlan, Outcome } from './journey/plan.ts'
import { randomOf } from './journey/random.ts'
import { readSamples, type Sample } from './samples.ts'
import { mostOfACycle, openSpans } from './spans.ts'

const captured = readFileSync(new URL('fixtures/samples.csv', import.meta.url), 'latin1')

describe('the ledger', () => {
  test('accounts for every planned request exactly once, whatever became of it', () => {
    fc.assert(
      fc.property(fc.array(anyRequest, { maxLength: 60 }), fc.nat(20), (requests, neverStarted) => {
        const { dose } = fold(requests.flatMap(samplesOf), { dose: requests.length + neverStarted })
        expect(dose.counted + dose.unexpected + dose.timedOut + dose.broken + dose.dropped).toBe(dose.planned)
        expect(dose.dropped).toBe(neverStarted)
      }),
    )
  })

  test('its seconds add up to its dose', () => {
    fc.assert(
      fc.property(fc.array(anyRequest, { maxLength: 60 }), requests => {
        const { dose, seconds } = fold(requests.flatMap(samplesOf).toSorted((a, b) => a.atMs - b.atMs), { dose: requests.length })
        const sum = (key: 'started' | 'counted' | 'unexpected' | 'timedOut' | 'broken') => seconds.reduce((total, second) => total + second[key], 0)
        const neverEnded = requests.filter(({ outcome }) => outcome === null).length
        expect([sum('started'), sum('counted'), sum('unexpected'), sum('timedOut'), sum('broken')]).toEqual([
          dose.planned - dose.dropped,
          dose.counted,
          dose.unexpected,
          dose.timedOut,
          dose.broken - neverEnded,
        ])
      }),
    )
  })

  test('folds the captured stream to the same happenings however it is cut', () => {
    const whole = foldText([captured])
    expect(whole.dose).toMatchObject({ planned: 60, counted: 36, unexpected: 12, timedOut: 6, broken: 6, dropped: 0, newUrls: 36 })
    fc.assert(
      fc.property(fc.nat(captured.length), fc.nat(captured.length), (a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)]
        expect(foldText([captured.slice(0, from), captured.slice(from, to), captured.slice(to)])).toEqual(whole)
      }),
      { numRuns: 50 },
    )
  })

  test('names each request that got no answer, with its URL and how long it waited', () => {
    const { unanswered } = foldText([captured])
    expect(unanswered).toHaveLength(6)
    for (const { url, waitedMs, request } of unanswered) {
      expect(url).toBe('http://app/hang')
      expect(request).toMatch(/^3-2\d\d$/)
      expect(waitedMs).toBeGreaterThanOrEqual(400)
      // Their time-out is 400 ms; the machine on which they were captured was busy.
      expect(waitedMs).toBeLessThan(800)
    }
  })

  test('knows what is in flight, and counts what its generator took with it as broken', () => {
    const { dose, inFlight } = fold([started('a', 0), started('b', 1), ended('a', 2), started('c', 3)], { dose: 3 })
    expect(inFlight).toBe(2)
    expect(dose).toMatchObject({ counted: 1, broken: 2, peakInFlight: 2 })
  })

  test('keeps whole what its generator took with it, as it does what failed', () => {
    const { kept } = fold([started('a', 10), started('b', 20), { ...ended('b', 50), outcome: 'broken', status: 0, errorCode: 1220 }], { dose: 2 })
    expect(kept).toEqual([
      { kind: 'request', cycle: 3, why: 'failed', request: 'a', route: 'r', path: '/a', startedAtMs: 10, tookMs: 40, outcome: 'broken', status: 0, errorCode: 0 },
      { kind: 'request', cycle: 3, why: 'failed', request: 'b', route: 'r', path: '/b', startedAtMs: 20, tookMs: 30, outcome: 'broken', status: 0, errorCode: 1220 },
    ])
  })

  test('counts what broke by its fault', () => {
    const broken = (request: string, errorCode: number): Sample => ({ ...ended(request, 5), outcome: 'broken', status: 0, errorCode })
    expect(fold([...['a', 'b', 'c', 'd'].map(id => started(id, 1)), broken('a', 1212), broken('b', 1220), broken('c', 1212)], { dose: 4 }).dose).toMatchObject({ broken: 4, faults: { 1212: 2, 1220: 1 } })
    expect(fold([started('a', 1), ended('a', 2)], { dose: 1 }).dose).not.toHaveProperty('faults')
  })

  test('knows which requests were in flight at a moment, those that have ended and those that have not', () => {
    const ledger = openLedger({ plan: plan(3), emit: () => undefined })
    for (const sample of [started('hung', 100), started('a', 200), ended('a', 300), started('b', 400), ended('b', 500)]) ledger.take(sample)
    const at = (ms: number) => ledger.inFlightBetween(ms, ms).map(({ request }) => request)
    expect([50, 150, 250, 300, 350, 450].map(at)).toEqual([[], ['hung'], ['hung', 'a'], ['hung', 'a'], ['hung'], ['hung', 'b']])
    expect(ledger.inFlightBetween(350, 390).concat(ledger.inFlightBetween(310, 410)).map(({ request }) => request)).toEqual(['hung', 'hung', 'b'])
  })

  test('takes no request that is in flight already: what is sent twice would look like more of the dose', () => {
    expect(() => fold([started('3-1', 1), started('3-1', 2), ended('3-1', 3)], { dose: 2 })).toThrow('request 3-1 began again before it had ended: two generators send the same part of the load')
  })

  test('takes no end of a request that is not in flight: what is told twice would look like more of the dose', () => {
    expect(() => fold([started('3-1', 1), ended('3-1', 2), ended('3-1', 3)], { dose: 2 })).toThrow('request 3-1 ended, and was not in flight')
  })

  test('of what was read with a URL no more stays in memory than the URL, all night', () => {
    const known = new Set<string>()
    const beforeBytes = heldBytes()
    // Chunks as long as those of a busy pipe, of a cycle each.
    for (let n = 0; n < 500; n++) readSamples('lowtide', openLedger({ plan: plan(2), emit: () => undefined, known }).take)(`s,${n},0.000,3-1,page,/products/${n}/rating\ne,${n},1.500,3-1,page,counted,200,0\ns,${n},0.000,3-2,page,/${'x'.repeat(60_000)}\n`)
    expect(known.size).toBe(500)
    expect(heldBytes() - beforeBytes).toBeLessThan(10e6)
  })

  test('tells a second even when nothing more comes', () => {
    const seconds: unknown[] = []
    const ledger = openLedger({ plan: plan(1), emit: happening => seconds.push(happening) })
    ledger.take(started('a', 10_000))
    ledger.tick(11_100)
    expect(seconds).toEqual([])
    ledger.tick(11_300)
    expect(seconds).toMatchObject([{ kind: 'load', route: 'r', started: 1, counted: 0 }])
  })

  test('counts a sample that comes after its second was told in the next', () => {
    const { seconds } = fold([started('a', 1_000), started('b', 2_500), ended('a', 1_400), ended('b', 2_600)], { dose: 2 })
    expect(seconds.map(({ started, counted }) => [started, counted])).toEqual([
      [1, 0],
      [1, 2],
    ])
  })

  test('percentiles are within 0.1 % of exact ones', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0.05, max: 60_000, noNaN: true }), { minLength: 1, maxLength: 500 }), latencies => {
        const samples = latencies.flatMap((latency, i) => [started(`${i}`, 5), { ...ended(`${i}`, 6), durationMs: latency }])
        const [second] = fold(samples, { dose: latencies.length }).seconds
        const sorted = latencies.toSorted((a, b) => a - b)
        // The sketch's rank: https://arxiv.org/abs/1908.10693, section 2.1
        for (const [quantile, got] of [[0.5, second!.p50Ms], [0.99, second!.p99Ms]] as const) {
          const exact = sorted[Math.floor(quantile * (sorted.length - 1))]!
          expect(Math.abs(got - exact)).toBeLessThanOrEqual(exact * 0.001 + 0.0005)
        }
        expect(second!.maxMs).toBeCloseTo(sorted.at(-1)!, 3)
      }),
    )
  })

  test('a request that was refused adds nothing to the latencies', () => {
    const { seconds } = fold([started('a', 1), { ...ended('a', 2), outcome: 'broken', durationMs: 0 }], { dose: 1 })
    expect(seconds).toMatchObject([{ broken: 1, p50Ms: 0, p99Ms: 0, maxMs: 0, latencies: '' }])
  })

  test('one that timed out adds as long as it waited, and nothing to those that were answered', () => {
    const { seconds } = fold([started('a', 100), started('b', 100), { ...ended('a', 700), outcome: 'timed-out', durationMs: 0 }, { ...ended('b', 800), durationMs: 20 }], { dose: 2 })
    expect(seconds).toMatchObject([{ timedOut: 1, counted: 1, maxMs: 20 }])
    expect(decodeLatencies(seconds[0]?.latencies ?? '').map(({ key }) => Math.round(latencyOf(key) / 10) * 10)).toEqual([20, 600])
  })

  test('numbers the seconds of its load from the first, over those in which nothing happened', () => {
    const { seconds, dose } = fold([started('a', 7_900), started('b', 8_100), ended('a', 8_200), ended('b', 11_400)], { dose: 2 })
    expect(seconds.map(({ second }) => second)).toEqual([0, 1, 4])
    expect(dose.loadMs).toBe(3_500)
  })

  test('8 hours on 12 routes with 5 million requests take less than 100 MB of the record', () => {
    const seconds = 8 * 3_600
    const each = 5e6 / 12 / seconds
    // From 10 ms to a second, spread evenly by their logarithm: as wide apart as a route's own may be.
    const latencies = Array.from({ length: Math.round(each * 60) }, (_, i) => 10 * 100 ** randomOf(1, i).fraction())
    const samples = latencies.flatMap((durationMs, i): Sample[] => [started(`${i}`, (i * 1_000) / each), { ...ended(`${i}`, (i * 1_000) / each + 5), durationMs }].map((sample) => ({ ...sample, route: 'timeline feed' })))
    const lines = fold(samples.toSorted((a, b) => a.atMs - b.atMs), { dose: latencies.length, cycle: 1_234 }).seconds.map((second, n) => `${JSON.stringify({ n: n + 1_000_000, atMs: 28_799_999.9, ...second })}\n`)
    expect(lines.length).toBeGreaterThanOrEqual(60)
    const bytes = (lines.join('').length / lines.length) * 12 * seconds
    expect(bytes).toBeLessThan(100e6)
  })
})

describe('when requests were in flight', () => {
  const on = (route: string, sample: Sample): Sample => ({ ...sample, route })
  const many = (route: string, n: number): Sample[] => Array.from({ length: n }, (_, i) => [on(route, started(`${route}${i}`, i * 10)), on(route, ended(`${route}${i}`, i * 10 + 4))]).flat()

  test('is told by route as the load has ended, to a tenth of a millisecond, with the id of each', () => {
    const { requests } = fold([on('a', started('3-1', 1_000.04)), on('b', started('3-2', 1_001)), on('a', started('3-3-0', 1_002.5)), on('a', ended('3-3-0', 1_009.26)), on('b', ended('3-2', 1_003)), on('a', ended('3-1', 1_020))], { dose: 3 })
    expect(requests).toEqual([
      { kind: 'requests', cycle: 3, route: 'a', fromMs: 1_000, spans: [0, 20, 2.5, 6.8], ids: '1 3-0', ends: '200*2', complete: true },
      { kind: 'requests', cycle: 3, route: 'b', fromMs: 1_001, spans: [0, 2], ids: '2', ends: '200', complete: true },
    ])
  })

  test('in the order of starts, though samples come out of order', () => {
    expect(fold([started('late', 20), started('early', 10), ended('early', 30), ended('late', 40)], { dose: 2 }).requests).toMatchObject([{ fromMs: 10, spans: [0, 20, 10, 20] }])
  })

  test('is until the load’s end, where a request has none', () => {
    expect(fold([started('hung', 0), started('a', 10), ended('a', 25)], { dose: 2 }).requests).toMatchObject([{ spans: [0, 25, 10, 15], complete: true }])
  })

  test('tells what came of each', () => {
    const failed = (request: string, atMs: number, outcome: Outcome, status: number, errorCode: number): Sample => ({ ...ended(request, atMs), outcome, status, errorCode })
    const { requests } = fold([...[1, 2, 3, 4, 5, 6].map(n => started(`3-${n}`, n)), ended('3-1', 10), ended('3-2', 10), failed('3-3', 10, 'unexpected', 500, 0), failed('3-4', 10, 'timed-out', 0, 1050), failed('3-5', 10, 'broken', 0, 1220)], { dose: 6 })
    expect(requests).toMatchObject([{ ids: '1 2 3 4 5 6', ends: '200*2 unexpected/500 timed-out/0/1050 broken/0/1220 broken/0' }])
  })

  test.each<[string, number, number, Readonly<Record<string, readonly [kept: number, complete: boolean]>>]>([
    ['all of a small cycle', 3, 900, { rare: [9, true], often: [900, true] }],
    ['the first thousand of a route', 3, 1_001, { rare: [9, true], often: [1_000, false] }],
    ['fewer late in a night, but a rare route keeps its own', 1_600, 1_001, { rare: [9, true], often: [mostOfACycle(1_600) - 9, false] }],
  ])('is kept for %s', (_, cycle, often, expected) => {
    const { requests } = fold([...many('often', often), ...many('rare', 9)], { dose: often + 9, cycle })
    expect(Object.fromEntries(requests.map(({ route, spans, complete }) => [route, [spans.length / 2, complete]]))).toEqual(expected)
  })

  test('takes no more memory for many routes than for few', () => {
    const spans = openSpans(0)
    const begin = (n: number) => spans.begin({ request: `0-${n}`, route: `route ${n % 300}`, path: `/${n}`, startedAtMs: n, lateMs: 0, end: { atMs: n + 1, outcome: 'counted', status: 200, errorCode: 0 } })
    const beforeBytes = heldBytes()
    for (let n = 0; n < 90_000; n++) begin(n)
    expect(heldBytes() - beforeBytes).toBeLessThan(6e6)
    const requests = spans.close()
    expect(requests.map(({ spans: { length } }) => length / 2)).toEqual(Array(300).fill(Math.floor(mostOfACycle(0) / 300)))
    expect(requests[7]?.ids?.startsWith('7 307 607 ')).toBe(true)
  })

  test('takes less than 16 MB of a night of 1,600 cycles', () => {
    const spans = Array.from({ length: 1_600 }, (_, cycle) => mostOfACycle(cycle)).reduce((sum, one) => sum + one, 0)
    const { requests } = fold(many('a', 1_000), { dose: 1_000 })
    const bytesEach = JSON.stringify(requests).length / 1_000
    expect(spans * Math.max(bytesEach, '123.4,123.4,1234567 '.length)).toBeLessThan(17e6)
  })

  test('is whole of the captured stream: each of its 60 requests, as long as it was seen', () => {
    const { requests } = foldText([captured])
    const all = requests.flatMap(({ route, spans }) => spans.flatMap((_, i) => (i % 2 === 1 ? [{ route, lastedMs: spans[i] ?? 0 }] : [])))
    expect(all).toHaveLength(60)
    const hung = all.filter(({ route }) => route === 'hang')
    expect(hung).toHaveLength(6)
    for (const { lastedMs } of hung) expect(Math.abs(lastedMs - 600)).toBeLessThanOrEqual(200)
    expect(requests.every(({ complete }) => complete)).toBe(true)
  })
})

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void
const heldBytes = () => {
  gc()
  return process.memoryUsage().heapUsed
}

const plan = (dose: number): LoadPlan => ({ dose, concurrency: 8, seed: 1, cycle: 3, firstRequest: 0, baseUrl: 'http://app', requestTimeoutMs: 400, thinkScale: 1 })

const fold = (samples: readonly Sample[], { dose, cycle = 3 }: { readonly dose: number; readonly cycle?: number }) => {
  const happenings: (LoadSecond | Unanswered | Requests | KeptRequest)[] = []
  const ledger = openLedger({ plan: { ...plan(dose), cycle }, emit: happening => happenings.push(happening) })
  for (const sample of samples) ledger.take(sample)
  const inFlight = ledger.started() - ledger.finished()
  return {
    inFlight,
    dose: ledger.close(),
    seconds: happenings.filter(happening => happening.kind === 'load'),
    unanswered: happenings.filter(happening => happening.kind === 'unanswered'),
    requests: happenings.filter(happening => happening.kind === 'requests'),
    kept: happenings.filter(happening => happening.kind === 'request'),
  }
}

const foldText = (chunks: readonly string[]) => {
  const samples: Sample[] = []
  const read = readSamples('csv', sample => samples.push(sample))
  for (const chunk of chunks) read(chunk)
  return fold(samples, { dose: 60 })
}

const started = (request: string, atMs: number): Sample => ({ kind: 'started', atMs, request, route: 'r', path: `/${request}`, lateMs: 0 })
const ended = (request: string, atMs: number) => ({ kind: 'ended', atMs, request, route: 'r', outcome: 'counted', durationMs: 1, status: 200, errorCode: 0 }) as const satisfies Sample

const anyRequest = fc.record({
  id: fc.uuid(),
  startMs: fc.integer({ min: 0, max: 5_000 }),
  tookMs: fc.integer({ min: 0, max: 5_000 }),
  outcome: fc.constantFrom<Outcome | null>('counted', 'unexpected', 'timed-out', 'broken', null),
})

const samplesOf = ({ id, startMs, tookMs, outcome }: { id: string; startMs: number; tookMs: number; outcome: Outcome | null }): Sample[] =>
  outcome === null ? [started(id, startMs)] : [started(id, startMs), { ...ended(id, startMs + tookMs), outcome, durationMs: tookMs }]
