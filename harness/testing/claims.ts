import { describe, expect, test } from 'vitest'
import type { Timeline } from '../timeline/timeline.ts'
import type { Invariant, Opinion } from '../verdict/verdict.ts'
import { type Run, timelineOf } from './timeline-of.ts'

/** What is so, in what run, what the invariant must say of it, and with which words. */
export type Claim = [claim: string, of: Run | Timeline, expected: Opinion['kind'], sentence?: RegExp]

/** One test for each claim about an invariant. */
export function claims(invariant: Invariant, all: readonly Claim[]): void {
  describe(`${invariant.name}:`, () => {
    test.each(all)('%s', (_, of, expected, sentence = /./) => {
      const opinion = invariant.check('facts' in of ? of : timelineOf(of))
      expect(opinion).toMatchObject({ kind: expected })
      expect(opinion.sentence).toMatch(sentence)
    })
  })
}
