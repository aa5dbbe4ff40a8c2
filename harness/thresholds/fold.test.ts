import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Dose, Entry, Happening, LoadSecond } from '../timeline/entry.ts'
import { addLatency, encodeLatencies, openLatencies } from '../timeline/latencies.ts'
import { beginThresholds } from './fold.ts'
import { declaredOf, type Thresholds } from './thresholds.ts'

/** Requests of one second on one route: latencies of the answered, and how many failed. */
type Told = { readonly route?: string; readonly ms?: readonly number[]; readonly timedOutMs?: readonly number[]; readonly unexpected?: number; readonly broken?: number }

const latenciesOf = (some: readonly number[]) => {
  const sketch = openLatencies()
  for (const ms of some) addLatency(sketch, ms)
  return encodeLatencies(sketch)
}

const loadSecond = (cycle: number, second: number, { route = 'home', ms = [], timedOutMs = [], unexpected = 0, broken = 0 }: Told): LoadSecond => ({ kind: 'load', cycle, route, started: 0, counted: ms.length - unexpected, unexpected, timedOut: timedOutMs.length, broken, p50Ms: 0, p99Ms: 0, maxMs: 0, second, latencies: latenciesOf([...ms, ...timedOutMs]) })

/** A cycle whose seconds are told; null is one in which nothing happened. */
const cycleOf = (cycle: number, seconds: readonly (readonly Told[] | null)[], { phase = 'cycle', loadMs }: { phase?: 'cycle' | 'warm-up'; loadMs?: number } = {}): Happening[] => [
  { kind: 'phase', phase, edge: 'start', cycle },
  ...seconds.flatMap((routes, second) => (routes ?? []).map((told) => loadSecond(cycle, second, told))),
  { kind: 'dose', cycle, role: 'measured', planned: 1, counted: 1, unexpected: 0, timedOut: 0, broken: 0, dropped: 0, newUrls: 0, peakInFlight: 1, generator: { kind: 'completed' }, loadMs: loadMs ?? seconds.length * 1_000 },
  { kind: 'phase', phase, edge: 'end', cycle },
  { kind: 'phase', phase: 'settle', edge: 'start', cycle },
  { kind: 'phase', phase: 'settle', edge: 'end', cycle },
]

const foldOf = (thresholds: Thresholds, happenings: readonly (Happening & { readonly atMs?: number })[]) => {
  const fold = beginThresholds({ thresholds: declaredOf(thresholds) })
  for (const [n, happening] of happenings.entries()) fold.add({ n, atMs: n * 1_000, ...happening } as Entry)
  return fold
}
const findingsOf = (...of: Parameters<typeof foldOf>) => foldOf(...of).findings()
const kindOf = (metric: string, claim: string, happenings: Parameters<typeof foldOf>[1]) => findingsOf({ [metric]: [claim] }, happenings)[0]?.kind
const steady = (seconds: number, told: Told = { ms: [100, 100] }) => Array.from({ length: seconds }, () => [told])

describe('a threshold on all of the load', () => {
  // Eight requests ended. Six have a duration: 10, 20, 30, 40 and 400 ms, and one that timed out after 5 s; two were broken off. Four were answered as expected.
  const load = [...cycleOf(3, [[{ ms: [10, 20] }], [{ ms: [30], route: 'feed' }]]), ...cycleOf(4, [[{ ms: [40, 400], unexpected: 1 }, { route: 'feed', timedOutMs: [5_000], broken: 2 }]])]

  test.each([
    ['http_req_duration', 'max<5010', 'pass'],
    ['http_req_duration', 'max<4990', 'crossed'],
    ['http_req_duration', 'med<36', 'pass'],
    ['http_req_duration', 'med<34', 'crossed'],
    ['http_req_duration{route:home}', 'avg<118', 'pass'],
    ['http_req_duration{route:home}', 'avg<117', 'crossed'],
    ['http_req_duration{route:home}', 'p(100)<402', 'pass'],
    ['http_req_duration', 'min>9', 'pass'],
    ['http_req_failed', 'rate<=0.5', 'pass'],
    ['http_req_failed', 'rate<0.5', 'crossed'],
    ['http_req_failed{route:feed}', 'rate==0.75', 'pass'],
    ['checks', 'rate>=0.5', 'pass'],
    ['checks', 'rate>0.5', 'crossed'],
    ['http_reqs', 'count==8', 'pass'],
    ['http_reqs', 'count>8', 'crossed'],
    ['http_reqs{route:feed}', 'count==4', 'pass'],
    ['http_reqs', 'rate>2.6', 'pass'],
    ['http_reqs', 'rate>2.7', 'crossed'],
  ])('%s %s: %s', (metric, claim, expected) => {
    expect(kindOf(metric, claim, load)).toBe(expected)
  })

  test('a request that was refused is never averaged in', () => {
    expect(findingsOf({ http_req_duration: ['avg<100'] }, cycleOf(3, [[{ ms: [200], broken: 9 }]]))[0]).toMatchObject({ kind: 'crossed', sentence: expect.stringMatching(/^avg was 200(\.\d)? ms over 10 requests$/) })
  })

  test.each(['slow reader', 'header drip', 'body never sent'])('the time of a client that dawdles by design, a %s, is no latency of the application, unless it is asked for', (manner) => {
    const dawdling = cycleOf(3, [[{ ms: [10, 20] }, { route: `home · ${manner}`, ms: [9_000] }, { route: 'home · abort mid-body', ms: [30] }]])
    expect(findingsOf({ http_req_duration: ['max<31'], [`http_req_duration{route:home · ${manner}}`]: ['max<31'], http_reqs: ['count==4'] }, dawdling)).toMatchObject([
      { kind: 'pass', sentence: expect.stringMatching(/ over 3 requests$/) },
      { kind: 'crossed', sentence: expect.stringMatching(/ over 1 request$/) },
      { kind: 'pass' },
    ])
  })

  test('the warm-up is none of it', () => {
    const warm = cycleOf(0, steady(5, { ms: [9_000] }), { phase: 'warm-up' })
    expect(kindOf('http_req_duration', 'max<1000', warm)).toBe('inconclusive')
    expect(kindOf('http_req_duration', 'max<1000', [...warm, ...load.slice(0, 6)])).toBe('pass')
  })
})

describe('requests that were never sent', () => {
  const through = (cycle: number, dropped: number, generator: Dose['generator'] = { kind: 'completed' }): Happening[] => [{ kind: 'phase', phase: 'cycle', edge: 'start', cycle }, { kind: 'dose', cycle, role: 'measured', planned: 100, counted: 100 - dropped, unexpected: 0, timedOut: 0, broken: 0, dropped, newUrls: 0, peakInFlight: 1, generator, loadMs: 2_000 }]
  const cut = { kind: 'broken', exitCode: null, tail: 'the load was ended before its time' } as const

  test.each<[string, string, readonly Happening[], string, RegExp]>([
    ['none', 'count==0', through(3, 0), 'pass', /^count was 0, of 100 planned requests$/],
    ['a few, in all cycles together', 'count<5', [...through(3, 2), ...through(4, 3)], 'crossed', /^count was 5, of 200 planned requests$/],
    ['by the second of load', 'rate<=1.25', [...through(3, 2), ...through(4, 3)], 'pass', /^rate was 1.25 a second/],
    ['not those that a load left out when it was cut', 'count<5', [...through(3, 2), ...through(4, 90, cut)], 'pass', /^count was 2, of 100 planned requests$/],
    ['of a load that was cut alone nothing is known', 'count<5', through(3, 0, cut), 'inconclusive', /^no measured cycle sent its load to the end/],
    ['of no load neither', 'count<5', [], 'inconclusive', /^no measured cycle/],
  ])('%s', (_, claim, happenings, expected, sentence) => {
    expect(findingsOf({ dropped_iterations: [claim] }, happenings)).toMatchObject([{ invariant: `dropped_iterations: ${claim}`, kind: expected, sentence: expect.stringMatching(sentence) }])
  })

  test('end the load where asked to, and what that leaves out is not dropped', () => {
    const fold = foldOf({ dropped_iterations: [{ threshold: 'count<5', abortOnFail: true }] }, [...through(3, 6), ...through(4, 90, cut)])
    expect(fold.endsLoad()).toMatchObject({ kind: 'crossed', sentence: 'count was 6, of 100 planned requests; it ended the load' })
    expect(foldOf({ dropped_iterations: [{ threshold: 'count<5', abortOnFail: true, delayAbortEval: '10s' }] }, through(3, 6)).endsLoad()).toBe(null)
  })
})

describe('a threshold without data is not held', () => {
  test.each<[string, string, RegExp]>([
    ['http_req_duration', 'p(95)<500', /^no request was answered or timed out in a measured cycle/],
    ['http_req_duration{route:feed}', 'p(95)<500', /^no request of route "feed" was answered or timed out/],
    ['http_req_failed', 'rate<0.01', /^no request ended/],
    ['checks', 'rate<0.01', /^no request ended/],
    ['http_reqs', 'count<100', /^no request ended/],
    ['http_req_duration', 'p(95)<500 over 10s', /^no request was answered/],
    ['pg.backends', 'value<80', /^there is no reading of pg\.backends in a measured cycle/],
  ])('%s: %s', (metric, claim, sentence) => {
    const load = metric.includes('feed') ? cycleOf(3, steady(5)) : []
    expect(findingsOf({ [metric]: [claim] }, load)).toEqual([expect.objectContaining({ kind: 'inconclusive', invariant: expect.stringContaining(metric), sentence: expect.stringMatching(sentence), settledBy: expect.any(String) })])
  })

  test('only refused requests are no latency', () => {
    expect(kindOf('http_req_duration', 'p(95)<500', cycleOf(3, [[{ broken: 20 }]]))).toBe('inconclusive')
    expect(kindOf('http_req_failed', 'rate<0.01', cycleOf(3, [[{ broken: 20 }]]))).toBe('crossed')
  })

  test('no full window is none either', () => {
    expect(findingsOf({ http_req_duration: ['p(95)<500 over 10s'] }, cycleOf(3, steady(9)))).toMatchObject([{ kind: 'inconclusive', sentence: 'the load lasted 9.0 s, and no window of 10s is full' }])
  })

  test('a beat or a dose of another shape is passed over', () => {
    const odd = [{ kind: 'beat' }, { kind: 'beat', counters: null }, { kind: 'dose', cycle: 3 }] as unknown as readonly Happening[]
    const [start, ...rest] = cycleOf(3, steady(2))
    expect(findingsOf({ 'pg.backends': ['value<80'], dropped_iterations: ['count<1'] }, [start!, ...odd, { kind: 'beat', counters: { 'pg.backends': 7 } }, ...rest]).map(({ kind }) => kind)).toEqual(['pass', 'pass'])
  })

  test('a second that cannot be read makes it doubtful', () => {
    const [start, second, ...rest] = cycleOf(3, [[{ ms: [10] }]])
    expect(kindOf('http_req_duration', 'p(95)<500', [start!, { ...(second as LoadSecond), latencies: 'gA' }, ...rest])).toBe('inconclusive')
  })

  test.each([1e15, 86_402, 2.5, -1])('a second whose number cannot be, %d, makes it doubtful, and is not waited for', (second) => {
    const [start, first, ...rest] = cycleOf(3, [[{ ms: [10] }]])
    expect(kindOf('http_req_duration', 'p(95)<500', [start!, first!, { ...(first as LoadSecond), second }, ...rest])).toBe('inconclusive')
  })

  test('nor does a record of older words, or another hand, throw', () => {
    const fold = beginThresholds({ thresholds: [{ metric: 'iterations', threshold: 'count>3' }] })
    expect(fold.findings()).toMatchObject([{ kind: 'inconclusive', invariant: 'iterations: count>3' }])
  })
})

describe('a window', () => {
  test('crosses where any full one does, though the whole load holds', () => {
    const load = cycleOf(3, [...steady(20), ...steady(3, { ms: [900] }), ...steady(40)])
    expect(kindOf('http_req_duration', 'avg<200', load)).toBe('pass')
    expect(findingsOf({ http_req_duration: ['avg<200 over 5s'] }, load)).toMatchObject([{ kind: 'crossed', sentence: expect.stringMatching(/^avg was [\d.]+ ms at worst, in the window that ended .* into the run \(cycle 3\); 5 of 59 windows crossed it$/) }])
  })

  test('is one of load: pauses between cycles are left out, seconds without a request are not', () => {
    const twoCycles = [...cycleOf(3, steady(4)), ...cycleOf(4, steady(4))]
    expect(kindOf('http_req_duration', 'avg<200 over 6s', twoCycles)).toBe('pass')
    expect(kindOf('http_req_duration', 'avg<200 over 9s', twoCycles)).toBe('inconclusive')
    expect(kindOf('http_req_duration', 'avg<200 over 9s', cycleOf(3, [[{ ms: [10] }], null, null, null, null, null, null, null, [{ ms: [10] }]]))).toBe('pass')
  })

  test('without a request says nothing, and one of refused requests alone has no latency', () => {
    expect(kindOf('http_req_duration', 'min>5 over 2s', cycleOf(3, [[{ ms: [10] }], [{ ms: [10] }], null, null, null, [{ ms: [10] }]]))).toBe('pass')
    expect(findingsOf({ http_req_duration: ['min>5 over 2s'] }, cycleOf(3, steady(9, { broken: 3 })))).toMatchObject([{ kind: 'inconclusive', sentence: expect.stringMatching(/^no request was answered/) }])
  })

  test('of throughput lies within a cycle, whose first and last second are cut', () => {
    const busy = steady(8, { ms: [1, 1, 1] })
    const [tail, head] = [[{ ms: [1] }], [{ ms: [1] }]]
    expect(kindOf('http_reqs', 'rate>2 over 3s', [...cycleOf(3, [head, ...busy, tail]), ...cycleOf(4, [head, ...busy, tail])])).toBe('pass')
    expect(kindOf('http_reqs', 'rate>2 over 3s', cycleOf(3, [head, ...busy, null, null, ...busy, tail]))).toBe('crossed')
    expect(kindOf('http_reqs', 'rate>2 over 9s', cycleOf(3, [head, ...busy, tail]))).toBe('inconclusive')
  })

  test('agrees with a look at every window of the raw latencies', () => {
    const seconds = fc.array(fc.array(fc.integer({ min: 1, max: 2_000 }), { maxLength: 4 }), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(fc.array(seconds, { minLength: 1, maxLength: 3 }), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 2_000 }), (cycles, length, value) => {
        // A cycle's seconds run from its first request to its last.
        const some = cycles.map((one) => [[50], ...one, [50]])
        const all = some.flat()
        const means = all.flatMap((_, end) => (end + 1 < length ? [] : [all.slice(end + 1 - length, end + 1).flat()])).flatMap((window) => (window.length === 0 ? [] : [window.reduce((sum, ms) => sum + ms, 0) / window.length]))
        // What lies within the sketch's 0.1 % of the threshold may be told either way.
        fc.pre(means.every((mean) => Math.abs(mean - value) > value * 0.002))
        const expected = means.some((mean) => mean >= value) ? 'crossed' : all.length < length ? 'inconclusive' : 'pass'
        const load = some.flatMap((one, i) => cycleOf(i + 3, one.map((ms) => (ms.length === 0 ? null : [{ ms }]))))
        expect(kindOf('http_req_duration', `avg<${value} over ${length}s`, load)).toBe(expected)
      }),
    )
  })
})

describe('a counter', () => {
  const beat = (atMs: number, value?: number, missed?: readonly string[]): Happening & { readonly atMs: number } => ({ kind: 'beat', atMs, counters: value === undefined ? {} : { 'pg.backends': value }, ...(missed && { missed }) })
  const during = (...beats: readonly (Happening & { readonly atMs: number })[]) => [{ kind: 'phase', phase: 'cycle', edge: 'start', cycle: 3, atMs: 0 } as const, ...beats]
  const every = (fromMs: number, untilMs: number, value: number, stepMs = 1_000) => Array.from({ length: (untilMs - fromMs) / stepMs + 1 }, (_, i) => beat(fromMs + i * stepMs, i === 0 ? value : undefined))

  test.each<[string, string, readonly (Happening & { readonly atMs: number })[], string]>([
    ['holds below its threshold', 'value<80', during(...every(0, 5_000, 79)), 'pass'],
    ['crosses by one reading', 'value<80', during(beat(0, 10), beat(200, 80), beat(400, 10)), 'crossed'],
    ['with a time may be out of bounds for less', 'value<80 for 30s', during(beat(0, 10), ...every(1_000, 30_000, 90), ...every(31_000, 40_000, 10)), 'pass'],
    ['crosses once it is for so long', 'value<80 for 30s', during(beat(0, 10), ...every(1_000, 31_000, 90)), 'crossed'],
    ['one reading within bounds begins the time anew', 'value<80 for 30s', during(...every(0, 20_000, 90), beat(20_500, 79), ...every(21_000, 41_000, 90)), 'pass'],
    ['knows nothing of a hole', 'value<80 for 30s', during(...every(0, 20_000, 90), ...every(26_000, 46_000, 90), ...every(47_000, 60_000, 10)), 'pass'],
    ['knows nothing where its probe was silent', 'value<80 for 30s', during(...every(0, 20_000, 90), beat(21_000, undefined, ['postgres']), ...every(22_000, 42_000, 90)), 'pass'],
    ['is not silenced by another probe', 'value<80 for 30s', during(...every(0, 20_000, 90), beat(21_000, undefined, ['processes']), ...every(22_000, 42_000, 90)), 'crossed'],
    ['watched for less than its time is not held', 'value<80 for 30s', during(...every(0, 29_000, 10)), 'inconclusive'],
    ['keeps the value from before the cycle', 'value<80', [beat(0, 90), ...during(beat(10))], 'crossed'],
    ['of the warm-up is none of it', 'value<80', [{ kind: 'phase', phase: 'warm-up', edge: 'start', cycle: 0, atMs: 0 }, beat(1, 90)], 'inconclusive'],
    ['counts in the settle of its cycle, and no further', 'value<80', [...during(beat(1, 10)), { kind: 'phase', phase: 'settle', edge: 'end', cycle: 3, atMs: 2 }, beat(3, 90)], 'pass'],
    ['may have to be at least', 'value>=2 for 3s', during(...every(0, 5_000, 1)), 'crossed'],
  ])('%s', (_, claim, happenings, expected) => {
    expect(kindOf('pg.backends', claim, happenings)).toBe(expected)
  })
})

describe('a threshold that ends the load', () => {
  const slow = { threshold: 'avg<200', abortOnFail: true }
  const load = [...cycleOf(3, [...steady(3, { ms: [900] }), ...steady(30, { ms: [1, 1, 1, 1] })])]

  test('does so as soon as it is crossed, and later answers do not take it back', () => {
    const fold = foldOf({ http_req_duration: [slow] }, load)
    expect(fold.endsLoad()).toMatchObject({ kind: 'crossed', invariant: 'http_req_duration: avg<200', sentence: expect.stringMatching(/^avg was 9\d\d(\.\d)? ms over 1 request, and ended the load$|^avg was 89\d(\.\d)? ms over 1 request, and ended the load$/) })
    expect(fold.findings()).toEqual([fold.endsLoad()])
  })

  test('waits for its delay', () => {
    expect(foldOf({ http_req_duration: [{ ...slow, delayAbortEval: '20s' }] }, load).endsLoad()).toBe(null)
    expect(foldOf({ http_req_duration: [{ ...slow, delayAbortEval: 2_000 }] }, load).endsLoad()).toMatchObject({ sentence: expect.stringContaining('over 3 requests') })
  })

  test('does not where it was not asked to', () => {
    expect(foldOf({ http_req_duration: ['avg<200', 'avg<1'] }, load).endsLoad()).toBe(null)
  })

  test('may be a window or a counter', () => {
    expect(foldOf({ http_req_duration: [{ threshold: 'avg<200 over 2s', abortOnFail: true }] }, load).endsLoad()).toMatchObject({ kind: 'crossed', sentence: expect.stringContaining('ended the load') })
    const beats: Happening[] = [{ kind: 'phase', phase: 'cycle', edge: 'start', cycle: 3 }, { kind: 'beat', counters: { 'pg.backends': 90 } }]
    expect(foldOf({ 'pg.backends': [{ threshold: 'value<80', abortOnFail: true }] }, beats).endsLoad()).toMatchObject({ kind: 'crossed', sentence: expect.stringContaining('ended the load') })
  })
})

test('a record that is cut anywhere gives findings, and never more than the whole one crosses', () => {
  const load = [...cycleOf(3, steady(5, { ms: [10] })), ...cycleOf(4, steady(5, { ms: [900] }))]
  const thresholds = { http_req_duration: ['max<100', 'avg<300 over 3s'] }
  const whole = findingsOf(thresholds, load).map(({ kind }) => kind)
  expect(whole).toEqual(['crossed', 'crossed'])
  for (let end = 0; end < load.length; end += 1) expect(findingsOf(thresholds, load.slice(0, end))).toHaveLength(2)
})
