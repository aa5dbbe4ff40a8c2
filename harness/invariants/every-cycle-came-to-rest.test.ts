import { expect, test } from 'vitest'
import { timelineOf } from '../testing/timeline-of.ts'
import type { UnquietBy } from '../timeline/entry.ts'
import everyCycleCameToRest from './every-cycle-came-to-rest.ts'

test.each<[UnquietBy, string, boolean]>([
  ['queries', '1 queries running: SELECT poll(1)', true],
  ['clients', '1 client connections open', false],
  ['blindness', 'no answer from postgres: 2 queries running into the time-out', false],
])('where %s kept the application from its rest, the limit that declares such queries is named: %s, %s', (unquietBy, unquiet, isNamed) => {
  const opinion = everyCycleCameToRest.check(timelineOf({ unquiet: () => unquiet, unquietBy }))
  expect(opinion).toMatchObject({ kind: 'inconclusive', settledBy: expect.stringMatching(isNamed ? /limits\.standingQueries$/ : /has begun$/) })
})
