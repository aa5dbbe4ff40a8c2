import { describe, expect, test } from 'vitest'
import type { SoakRun } from './index.ts'
import { loadInvariants } from './verdict/load-invariants.ts'
import { judge } from './verdict/judge.ts'
import { factsOf, hungRequest, timelineOf, type Run } from './testing/timeline-of.ts'
import './vitest.ts'

const invariants = await loadInvariants()
const judged = (run: Run = {}): SoakRun => ({ dir: 'reports/test', facts: factsOf(run), findings: judge(timelineOf(run), invariants) })

const clean = judged()
const leaky = judged({ beings: hungRequest({ cycle: 4 }) })
const unsure = judged({ controls: 'none' })

test('the runs are what they are called', () => {
  expect([clean, leaky, unsure].map(({ findings }) => findings.verdict)).toEqual(['pass', 'leak', 'inconclusive'])
})

describe('toReturnToBaseline', () => {
  test('holds for a pass', () => {
    expect(clean).toReturnToBaseline()
  })

  test('fails on a leak, with the finding as its message', () => {
    expect(() => expect(leaky).toReturnToBaseline()).toThrow(/^LEAK[^]*outlived its request/)
  })

  test('fails on a run that saw too little', () => {
    expect(() => expect(unsure).toReturnToBaseline()).toThrow(/^INCONCLUSIVE/)
  })
})

describe('not.toReturnToBaseline', () => {
  test('holds for a leak', () => {
    expect(leaky).not.toReturnToBaseline()
  })

  test('fails on a pass, which says what it covers', () => {
    expect(() => expect(clean).not.toReturnToBaseline()).toThrow(/not to return to baseline, but it did: 0 left behind/)
  })

  test('fails on a run that saw too little: it has shown no leak either', () => {
    expect(() => expect(unsure).not.toReturnToBaseline()).toThrow(/^INCONCLUSIVE/)
  })
})
