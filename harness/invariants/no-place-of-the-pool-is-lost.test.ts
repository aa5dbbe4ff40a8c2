import { expect, test } from 'vitest'
import { timelineOf } from '../testing/timeline-of.ts'
import type { Capacity } from '../timeline/entry.ts'
import type { Stamped, Timeline } from '../timeline/timeline.ts'
import invariant from './no-place-of-the-pool-is-lost.ts'

const asked = (when: Capacity['when'], ...tries: number[]): Stamped<Capacity> => ({ kind: 'capacity', when, asked: 10, parallel: Math.max(...tries), tries, atMs: when === 'before-load' ? 100 : 90_000 })
const judged = (capacities: readonly Stamped<Capacity>[], differences: Partial<Timeline> = {}) => invariant.check({ ...timelineOf({}), capacities, ...differences })

test.each([
  ['as many as before', [asked('before-load', 10), asked('after-load', 10)], 'pass'],
  ['more than before: the pool was still filling then', [asked('before-load', 8), asked('after-load', 10)], 'pass'],
  ['fewer than declared, and no fewer than before: a request takes two places', [asked('before-load', 5), asked('after-load', 5)], 'pass'],
  ['one fewer in the best of three tries', [asked('before-load', 10), asked('after-load', 8, 9, 9)], 'leak'],
  ['none at all', [asked('before-load', 10), asked('after-load', 0, 0, 0)], 'leak'],
  ['never asked after the load', [asked('before-load', 10)], 'inconclusive'],
  ['nothing to ask with', [], 'not judged'],
] as const)('%s', (_, capacities, expected) => expect(judged(capacities).kind).toBe(expected))

test('a run that ended early is not blamed for not asking again', () => {
  expect(judged([asked('before-load', 10)], { endedEarly: 'application ended' }).kind).toBe('not judged')
})

test('each lost place is told', () => {
  expect(judged([asked('before-load', 10), asked('after-load', 7, 6, 7)])).toMatchObject({
    sentence: '3 places of the pool are lost: 10 of 10 requests found one at once before the load, 7 after it (7, 6, 7 in 3 tries)',
    survivors: [{ member: { kind: 'place', id: '8' } }, { member: { id: '9' } }, { member: { id: '10' } }],
  })
})
