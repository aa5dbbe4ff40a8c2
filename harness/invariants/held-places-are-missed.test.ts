import { expect, test } from 'vitest'
import { timelineOf } from '../testing/timeline-of.ts'
import type { Capacity } from '../timeline/entry.ts'
import type { Limits } from '../timeline/facts.ts'
import type { Stamped } from '../timeline/timeline.ts'
import invariant from './held-places-are-missed.ts'

const reading = (when: 'before-load' | 'after-load' | 'places-released', ...tries: number[]): Stamped<Capacity> => ({ kind: 'capacity', when, asked: 10, parallel: Math.max(...tries), tries, atMs: 1 })
const holding = (...tries: number[]): Stamped<Capacity> => ({ kind: 'capacity', when: 'places-held', held: 2, asked: 10, parallel: Math.max(...tries), tries, atMs: 1 })
const whole = [reading('before-load', 10), reading('after-load', 10)]
const ten: Limits = { poolMaxPerProcess: 10, workers: 1 }

test.each<[string, readonly Stamped<Capacity>[], Limits, string, RegExp]>([
  ['two fewer, and all again', [...whole, holding(8), reading('places-released', 10)], ten, 'pass', /^with 2 places held, 8 of 10 requests found one at once \(8 in 1 try\), and 10 when they were let go$/],
  ['two fewer in one of three tries: the others met a busy machine', [...whole, holding(7, 6, 8), reading('places-released', 10)], ten, 'pass', /8 of 10 .*\(7, 6, 8 in 3 tries\)/],
  ['of a pool that has lost places, two fewer than it has left', [reading('before-load', 10), reading('after-load', 7), holding(5), reading('places-released', 7)], ten, 'pass', /5 of 10/],
  ['none fewer: the request takes no place', [...whole, holding(10, 10, 10), reading('places-released', 10)], ten, 'inconclusive', /10 of 10 .* where 8 and 10 were to be found: a lost place may not show$/],
  ['never all again', [...whole, holding(8), reading('places-released', 8, 9, 8)], ten, 'inconclusive', /and 9 when they were let go/],
  ['none fewer of a pool that may be larger', [...whole, holding(10, 10, 10), reading('places-released', 10)], {}, 'not judged', /^places of the pool were watched without a control: /],
  ['none fewer of a pool that declares more than were asked for', [...whole, holding(10, 10, 10), reading('places-released', 10)], { poolMaxPerProcess: 200 }, 'not judged', /without a control/],
  ['none fewer of several pools', [...whole, holding(10, 10, 10), reading('places-released', 10)], { poolMaxPerProcess: 5, workers: 2 }, 'not judged', /without a control/],
  ['no two places left', [reading('before-load', 10), reading('after-load', 1)], ten, 'not judged', /without a control: no two were left/],
  ['nothing to ask with', [], ten, 'not judged', /target.capacity/],
])('%s', (_, capacities, limits, kind, sentence) => {
  const opinion = invariant.check({ ...timelineOf({ limits }), capacities })
  expect(opinion.kind).toBe(kind)
  expect(opinion.sentence).toMatch(sentence)
})
