import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { syntheticEntries } from '../testing/recordings/synthetic-entries.ts'
import type { Entry, Happening } from '../timeline/entry.ts'
import { seriesOf } from './series.ts'

const fiveHertz = { sampleEveryMs: 200 }

describe('a counter', () => {
  test('keeps its value on beats that do not name it', async () => {
    const series = await seriesOf(entriesOf([beat(0, { a: 3, b: 1 }), beat(250, { b: 2 }), beat(500, { b: 3 })]), fiveHertz)
    expect(series.counters.traces.a).toEqual({ min: [3, 3, 3], max: [3, 3, 3] })
  })

  test('shows its lowest and highest in each bucket', async () => {
    const series = await seriesOf(entriesOf([beat(0, { a: 3 }), beat(100, { a: 9 }), beat(200, { a: 4 }), beat(300, { a: 5 })]), fiveHertz)
    expect(series.counters.traces.a).toEqual({ min: [3, 5], max: [9, 5] })
  })

  test('is interrupted where nobody looked for longer than five beats, and only there', async () => {
    const series = await seriesOf(entriesOf([beat(0, { a: 1 }), beat(700, { a: 2 }), beat(5_000, { a: 3 })]), fiveHertz)
    const { max } = series.counters.traces.a ?? { max: [] }
    expect(max.slice(0, 3)).toEqual([1, 1, 2])
    expect(max.slice(3, 20)).toEqual(Array(17).fill(null))
    expect(max[20]).toBe(3)
  })

  test('never loses a peak, however long the run', async () => {
    const everyBeat = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 400 })
    await fc.assert(
      fc.asyncProperty(everyBeat, fc.integer({ min: 1, max: 100_000 }), async (values, everyMs) => {
        const series = await seriesOf(entriesOf(values.map((a, i) => beat(i * everyMs, { a }))), { sampleEveryMs: everyMs })
        const trace = series.counters.traces.a ?? { min: [], max: [] }
        const seen = (side: readonly (number | null)[]) => side.filter((value) => value !== null)
        expect(Math.max(...seen(trace.max))).toBe(Math.max(...values))
        expect(Math.min(...seen(trace.min))).toBe(Math.min(...values))
        expect(trace.max.length).toBeLessThanOrEqual(1_000)
      }),
      { numRuns: 50 },
    )
  })
})

test('eight hours at 5 Hz stay within 1,000 buckets a counter', async () => {
  async function* night(): AsyncGenerator<Entry> {
    for (let n = 0; n < 8 * 3_600 * 5; n++) yield { ...beat(n * 200, { 'pg.backends': n % 7 }), n }
  }
  const series = await seriesOf(night(), fiveHertz)
  const { max } = series.counters.traces['pg.backends'] ?? { max: [] }
  expect(max.length).toBeGreaterThan(400)
  expect(max.length).toBeLessThanOrEqual(1_000)
  expect(max.every((value) => value === 6)).toBe(true)
})

test('requests in flight are those started and not yet ended', async () => {
  const second = { kind: 'load', cycle: 0, route: 'timeline', unexpected: 0, broken: 0, p50Ms: 5, p99Ms: 9, maxMs: 9 } as const
  const series = await seriesOf(
    entriesOf([
      { ...second, started: 8, counted: 5, timedOut: 0, atMs: 500 },
      { ...second, started: 0, counted: 2, timedOut: 0, atMs: 1_500 },
      { ...second, started: 0, counted: 0, timedOut: 1, atMs: 3_500 },
    ]),
    fiveHertz,
  )
  expect(series.load.inFlight).toEqual([3, 1, 1, 0])
  expect(series.load.routes[0]?.timedOut).toEqual([0, 0, 0, 1])
})

test('routes beyond the twelfth are counted together, and none is lost', async () => {
  const load = (route: number): Timed => ({ kind: 'load', cycle: 0, route: `r${route}`, started: 1, counted: 1, unexpected: 0, timedOut: 0, broken: 0, p50Ms: 1, p99Ms: 1, maxMs: 1, atMs: 10 })
  const series = await seriesOf(entriesOf(Array.from({ length: 30 }, (_, i) => load(i))), fiveHertz)
  expect(series.load.routes).toHaveLength(13)
  expect(series.load.routes.at(-1)).toMatchObject({ route: 'other routes', counted: [18] })
})

test('the baseline is the lowest and highest of its quiescent looks', async () => {
  const look = (atMs: number, a: number, quiescent = true): Timed => ({ kind: 'look', reading: 'baseline', quiescent, counters: { a }, members: [], atMs })
  const series = await seriesOf(entriesOf([look(0, 5), look(10, 7), look(20, 99, false)]), fiveHertz)
  expect(series.baseline).toEqual({ a: { min: 5, max: 7, looks: 2 } })
})

test('a phase without its end, and a probe without its return, last to the end of the record', async () => {
  const series = await seriesOf(entriesOf([{ kind: 'phase', phase: 'cycle', cycle: 4, edge: 'start', atMs: 1_000 }, { ...beat(2_000, {}), missed: ['postgres'] }, { kind: 'blind', probe: 'postgres', reason: 'gone', atMs: 9_000 }]), fiveHertz)
  expect(series.spans).toEqual([{ phase: 'cycle', cycle: 4, startMs: 1_000, endMs: 9_000 }])
  expect(series.unseen).toEqual([{ probe: 'postgres', startMs: 2_000, endMs: 9_000 }])
})

test('damaged lines are said, not hidden; those that are not as written are drawn as they are', async () => {
  async function* damaged() {
    yield { damage: 'line 3 of timeline.ndjson is no entry' }
    yield { damage: 'lines 2 to 101 of timeline.ndjson are not as written', altered: true } as const
    yield { ...beat(0, { a: 1 }), n: 3 }
  }
  expect((await seriesOf(damaged(), fiveHertz)).leftOut).toEqual(['1 damaged line of the record'])
})

test('a whole run folds into phases, marks, doses and load', async () => {
  const series = await seriesOf(entriesOf([...syntheticEntries({ hung: 7 })]), fiveHertz)
  expect(series.endMs).toBe(60_000)
  expect(series.doses.map(({ planned }) => planned)).toEqual([20, 20, 0, 40, 10, 20, 10])
  expect(series.marks.filter(({ kind }) => kind === 'suspect')).toHaveLength(7)
  expect(series.unseen).toEqual([{ probe: 'postgres', startMs: 27_000, endMs: 27_800 }])
  expect(series.spans.map(({ phase }) => phase)).toContain('control')
  expect(series.leftOut).toEqual([])
})

type Timed = Happening & { readonly atMs: number }

function beat(atMs: number, counters: Readonly<Record<string, number>>) {
  return { kind: 'beat', counters, atMs } as const
}

async function* entriesOf(happenings: readonly Timed[]): AsyncGenerator<Entry> {
  for (const [n, happening] of happenings.entries()) yield { ...happening, n }
}
