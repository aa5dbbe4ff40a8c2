import { expect, test } from 'vitest'
import { entriesOf, factsOf, hungRequest, type Run, timelineOf } from '../testing/timeline-of.ts'
import { beginFold } from '../timeline/fold.ts'
import { judge } from './judge.ts'
import { loadInvariants } from './load-invariants.ts'
import type { Finding, Invariant } from './verdict.ts'

const invariants = await loadInvariants()
const crossed: Finding = { invariant: 'http_req_duration: p(99)<400', kind: 'crossed', sentence: '412 ms', threshold: true }

function judgedAltered(run: Run, thresholds: readonly Finding[] = []) {
  const fold = beginFold(factsOf(run))
  for (const entry of entriesOf(run)) fold.add(entry)
  fold.add({ damage: 'lines 2 to 101 of timeline.ndjson are not as written', altered: true })
  return judge(fold.timeline(), invariants, thresholds)
}

test.each<[string, Run]>([
  ['passes', {}],
  ['shows a leak', { beings: hungRequest({ cycle: 4 }) }],
  ['was interrupted', { end: 'interrupted' }],
  ['was cut off with a leak', { beings: hungRequest({ cycle: 4 }), end: 'cut-off' }],
])('a record that %s is inconclusive where it is not as it was written, and told so first', (_, run) => {
  expect(judgedAltered(run)).toMatchObject({ verdict: 'inconclusive', headline: expect.stringMatching(/^the record has 1 fault: lines 2 to 101 of timeline\.ndjson are not as written/), hangs: [], heal: 'none', bounds: ['the record is not as it was written: no bound'], next: expect.arrayContaining(['judge a copy of the record that is as it was written, or run again']) })
})

test('what it shows is told as what it may be', () => {
  expect(judgedAltered({ beings: hungRequest({ cycle: 4 }) }, [crossed]).findings).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ invariant: 'no request process outlives its request', kind: 'inconclusive', sentence: expect.stringMatching(/^1 request process outlived its request.*, by a record that is not as it was written$/) }),
      { invariant: crossed.invariant, threshold: true, kind: 'inconclusive', sentence: '412 ms, by a record that is not as it was written', settledBy: 'judge a copy of the record that is as it was written, or run again', because: 'altered record' },
    ]),
  )
})

test('what goes before all other reasons is told by what it is, and not by its words', () => {
  const sameWords: Invariant = { name: 'z', check: () => ({ kind: 'inconclusive', sentence: 'another', settledBy: 'judge a copy of the record that is as it was written, or run again' }) }
  const cause: Invariant = { name: 'y', isCause: true, check: () => ({ kind: 'inconclusive', sentence: 'a cause', settledBy: 'x' }) }
  expect(judge(timelineOf(), [sameWords, cause]).findings.map(({ sentence }) => sentence)).toEqual(['a cause', 'another'])
})
