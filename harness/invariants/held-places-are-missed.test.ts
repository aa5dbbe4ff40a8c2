import { expect, test } from 'vitest'
import { timelineOf } from '../testing/timeline-of.ts'
import type { Capacity } from '../timeline/entry.ts'
import type { Limits } from '../timeline/facts.ts'
import type { Stamped } from '../timeline/timeline.ts'
import invariant from './held-places-are-missed.ts'

const reading = (when: 'before-load' | 'after-load' | 'after-collection' | 'places-released', ...tries: number[]): Stamped<Capacity> => ({ kind: 'capacity', when, asked: 10, parallel: Math.max(...tries), tries, atMs: 1 })
const holds = (held: number, ...tries: number[]): Stamped<Capacity> => ({ kind: 'capacity', when: 'places-held', held, asked: 10, parallel: Math.max(...tries), tries, atMs: 1 })
const holding = (...tries: number[]) => holds(2, ...tries)
const whole = [reading('before-load', 10), reading('after-load', 10)]
const ten: Limits = { poolMaxPerProcess: 10, workers: 1 }

test.each<[string, readonly Stamped<Capacity>[], Limits, string, RegExp]>([
  ['two fewer, and all again', [...whole, holding(8), reading('places-released', 10)], ten, 'pass', /^with 2 places held, 8 of 10 requests found one at once \(8 in 1 try\); and 10 when none was held$/],
  ['two fewer in one of three tries: the others met a busy machine', [...whole, holding(7, 6, 8), reading('places-released', 10)], ten, 'pass', /8 of 10 .*\(7, 6, 8 in 3 tries\)/],
  ['of a pool that has lost places, two fewer than it has left', [reading('before-load', 10), reading('after-load', 7), holding(5), reading('places-released', 7)], ten, 'pass', /5 of 10/],
  ['none fewer: the request takes no place', [...whole, holding(10, 10, 10), reading('places-released', 10)], ten, 'inconclusive', /10 of 10 .* where 8, 10 were to be found: a lost place may not show$/],
  ['never all again', [...whole, holding(8), reading('places-released', 8, 9, 8)], ten, 'inconclusive', /and 9 when none was held/],
  ['none fewer of a pool that may be larger', [...whole, holding(10, 10, 10), reading('places-released', 10)], {}, 'not judged', /^places of the pool were watched without a control: /],
  ['none fewer of a pool that declares more than were asked for', [...whole, holding(10, 10, 10), reading('places-released', 10)], { poolMaxPerProcess: 200 }, 'not judged', /without a control/],
  ['none fewer of several pools', [...whole, holding(10, 10, 10), reading('places-released', 10)], { poolMaxPerProcess: 5, workers: 2 }, 'not judged', /without a control/],
  ['one, and then two', [...whole, holds(1, 9), holds(2, 7, 8), reading('places-released', 10)], ten, 'pass', /^with 1 place held, 9 of 10 .*; with 2 places held, 8 of 10 .*; and 10 when none was held$/],
  ['none fewer but in one busy moment: the request takes no place', [...whole, holds(2, 7, 10, 8), reading('places-released', 10)], ten, 'inconclusive', /a lost place may not show$/],
  ['as many fewer as one busy moment makes of it, and not of two', [...whole, holds(1, 8, 9), holds(2, 9), reading('places-released', 10)], ten, 'inconclusive', /a lost place may not show$/],
  ['one held of one that is left', [reading('before-load', 10), reading('after-load', 1), holds(1, 0), holds(1, 0), reading('places-released', 1)], ten, 'pass', /with 1 place held, 0 of 10/],
  ['those that a collection has given back are to be found too', [reading('before-load', 10), reading('after-load', 7), reading('after-collection', 10), holds(1, 9), holds(2, 8), reading('places-released', 10)], ten, 'pass', /9 of 10/],
  ['as many as if a collection had given nothing back, which it had', [reading('before-load', 10), reading('after-load', 7), reading('after-collection', 10), holds(1, 6), holds(2, 5), reading('places-released', 10)], ten, 'inconclusive', /where 9, 8, 10 were to be found/],
  ['fewer than are declared, all along', [reading('before-load', 6), reading('after-load', 6), holds(1, 5), holds(2, 4), reading('places-released', 6)], ten, 'not judged', /of 10 places declared 6 could be had before the load: .* lost places beyond them do not show$/],
  ['no place left', [reading('before-load', 10), reading('after-load', 0), reading('places-released', 0)], ten, 'not judged', /without a control: none was left to hold, and that none is left needs none$/],
  ['never a place', [reading('before-load', 0), reading('after-load', 0), reading('places-released', 0)], ten, 'not judged', /without a control: none was left to hold$/],
  ['not held in an older record, which could not hold the last', [reading('before-load', 10), reading('after-load', 1)], ten, 'not judged', /without a control: the run ended before, or no two were left/],
  ['nothing to ask with', [], ten, 'not judged', /target.capacity/],
])('%s', (_, capacities, limits, kind, sentence) => {
  const opinion = invariant.check({ ...timelineOf({ limits }), capacities })
  expect(opinion.kind).toBe(kind)
  expect(opinion.sentence).toMatch(sentence)
})
