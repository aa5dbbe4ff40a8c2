import { describe, expect, test } from 'vitest'
import { growths } from '../testing/leaks.ts'
import { pooled } from '../testing/look-alikes.ts'
import { entriesOf, factsOf, firstMeasured, hungRequest, type Run, timelineOf } from '../testing/timeline-of.ts'
import { judge } from './judge.ts'
import { loadInvariants } from './load-invariants.ts'
import { followVerdict, type SoFar } from './so-far.ts'

const invariants = await loadInvariants()
const many = { doses: [8_000, 0, 16_000, 32_000, 8_000] } satisfies Run

/** The run as it is known at the end of the settle of this measured cycle. */
async function soFarAfter(run: Run, nth: number): Promise<SoFar> {
  const cycle = firstMeasured + nth - 1
  const entries = entriesOf(run)
  const end = entries.findIndex((entry) => entry.kind === 'phase' && entry.phase === 'settle' && entry.edge === 'end' && entry.cycle === cycle)
  return followVerdict(factsOf(run), (read) => entries.slice(0, end + 1).forEach((entry) => read(entry)))
}

const isSureAfter = async (run: Run, nth: number): Promise<boolean> => (await soFarAfter(run, nth)).isSure()

describe('a clean run is sure', () => {
  test.each<[string, Run, number, boolean]>([
    ['not before the sequential test accepts it', many, 3, false],
    ['once it does, with the largest dose and three doses behind it', many, 4, true],
    ['also where the places of a pool are still to be asked for: they are when the load has ended', { ...many, also: [{ kind: 'capacity', when: 'before-load', asked: 4, parallel: 4, tries: [4], atMs: 100 }] }, 4, true],
    ['not before its largest dose, however many requests', { doses: [40_000, 40_000, 40_000, 0, 80_000] }, 4, false],
    ['not while something is left', { ...many, beings: hungRequest({ cycle: 5 }) }, 4, false],
    ['not on cycles that never came to rest', { ...many, unquiet: (cycle) => (cycle === 6 ? '1 queries running' : undefined) }, 4, false],
    ['not in a gate’s few hundred requests', {}, 5, false],
  ])('%s', async (_, run, nth, expected) => {
    expect(await isSureAfter(run, nth)).toBe(expected)
  })

  test('not while a count still grows: more cycles would settle it', async () => {
    expect(await isSureAfter({ ...many, beings: pooled({ perCycle: [0, 0, 0, 1, 0, 1, 1, 1], firstPid: 1_000 }) }, 4)).toBe(false)
  })
})

describe('a leak is confirmed', () => {
  test('by one identity that stays, at the first rest that convicts it', async () => {
    const after = await Promise.all([1, 2, 3].map((nth) => soFarAfter({ beings: hungRequest({ cycle: firstMeasured + 1 }) }, nth)))
    expect(after.map((soFar) => soFar.leakIsConfirmed())).toEqual([false, true, true])
  })

  test.each(Object.keys(growths))('by growth alone at no rest: what goes on through three loads may end with the next (%s)', async (name) => {
    const run = growths[name]?.(0) ?? {}
    expect(judge(timelineOf(run), invariants).verdict).toBe('leak')
    expect((await soFarAfter(run, 4)).leakIsConfirmed()).toBe(false)
  })
})

describe('a run that ended because it was sure', () => {
  /** The same run without its last measured cycle. */
  const ended = (run: Run, planned: readonly number[]) => {
    const timeline = timelineOf({ ...run, doses: planned.slice(0, -1) })
    return judge({ ...timeline, facts: { ...timeline.facts, doses: planned }, endedEarly: 'sure' }, invariants)
  }

  test('passes without the cycles that it left out, and says what it bought', () => {
    const findings = ended({}, many.doses)
    expect(findings).toMatchObject({ verdict: 'pass', headline: expect.stringContaining('sequential test: clean; of applications that leave 0.10 per 1,000 it finds 95 % before this') })
    expect(findings.findings).toContainEqual({ invariant: 'the dose was delivered', kind: 'pass', sentence: '56,000 of 56,000 planned requests were answered as expected (100 %); 1 cycle of 5 left out, as the sequential test was sure' })
  })

  test('is inconclusive where its record does not bear that out', () => {
    expect(ended({}, [20, 0, 40, 80, 20])).toMatchObject({ verdict: 'inconclusive', headline: '1 cycle of 5 planned never ran' })
  })

  test('is a leak where something was left all the same', () => {
    expect(ended({ beings: hungRequest({ cycle: 5 }) }, many.doses).verdict).toBe('leak')
  })
})
