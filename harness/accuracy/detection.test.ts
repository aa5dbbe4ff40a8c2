import { expect, test } from 'vitest'
import { formatVersion, type Entry, type Happening } from '../timeline/entry.ts'
import type { Facts } from '../timeline/facts.ts'
import { syntheticFacts } from '../testing/recordings/synthetic.ts'
import type { Invariant } from '../verdict/verdict.ts'
import { detectionIn } from './detection.ts'

const facts: Facts = { ...syntheticFacts(), formatVersion }
const dose = (cycle: number, planned: number): Happening => ({ kind: 'dose', cycle, role: 'measured', planned, counted: planned, unexpected: 0, timedOut: 0, broken: 0, dropped: 0, newUrls: 1, peakInFlight: 1, generator: { kind: 'completed' } })
const settled = (cycle: number): Happening => ({ kind: 'phase', phase: 'settle', edge: 'end', cycle })
const record = async function* (happenings: readonly Happening[]): AsyncGenerator<Entry> {
  for (const [n, happening] of happenings.entries()) yield { ...happening, n, atMs: 1_000 * (n + 1) }
}
/** A leak that is certain once this many doses are on record. */
const leaksAfter = (doses: number): Invariant => ({ name: 'x', check: (timeline) => (timeline.doses.length >= doses ? { kind: 'leak', sentence: 'x', survivors: [] } : { kind: 'pass', sentence: 'x' }) })
const happenings = [dose(0, 10), settled(0), dose(1, 40), settled(1), dose(2, 20), settled(2)]

test('a leak is dated by the first rest after which it was certain', async () => {
  expect(await detectionIn(facts, record(happenings), [leaksAfter(2)])).toEqual({ afterS: 4, afterRequests: 50 })
})

test('growth alone is certain once all loads are on record, and not before', async () => {
  const growth: Invariant = { name: 'x', check: (timeline) => (timeline.doses.length >= 2 ? { kind: 'leak', sentence: 'x', survivors: [{ member: { kind: 'place', id: '1' }, why: 'x', bornIn: null, ofGrowth: true }] } : { kind: 'pass', sentence: 'x' }) }
  expect(await detectionIn(facts, record(happenings), [growth])).toBeNull()
  expect(await detectionIn(facts, record([...happenings, { kind: 'end', how: 'completed', detail: '' }]), [growth])).toEqual({ afterS: 7, afterRequests: 70 })
})

test('what was never certain has no date', async () => {
  expect(await detectionIn(facts, record(happenings), [leaksAfter(4)])).toBeNull()
})
