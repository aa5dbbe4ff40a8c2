import { expect, test } from 'vitest'
import { timelineOf } from '../testing/timeline-of.ts'
import everyCycleCameToRest from './every-cycle-came-to-rest.ts'

test.each([
  ['1 queries running: SELECT poll(1)', true],
  ['1 client connections open', false],
])('where %s kept the application from its rest, the limit that declares such queries is named: %s', (unquiet, isNamed) => {
  const opinion = everyCycleCameToRest.check(timelineOf({ unquiet: () => unquiet }))
  expect(opinion).toMatchObject({ kind: 'inconclusive', settledBy: expect.stringMatching(isNamed ? /limits\.standingQueries$/ : /has begun$/) })
})
