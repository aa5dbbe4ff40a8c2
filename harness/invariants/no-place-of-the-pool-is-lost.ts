import type { Place } from '../timeline/member.ts'
import type { Invariant } from '../verdict/verdict.ts'
import { count } from '../verdict/words.ts'

/**
 * Rule R5. A pool at its limit shows the same number of sessions whether its places are lost or lent; and when a collector has closed what was lost,
 * it shows fewer, and none that stays. Only requests that want a place find out. Held against what the same requests found before
 * the load, not against what is declared: a request may need more than one place.
 */
export default {
  name: 'no place of the pool is lost',
  check: ({ capacities, endedEarly }) => {
    const before = capacities.find(({ when }) => when === 'before-load')
    const after = capacities.findLast(({ when }) => when === 'after-load')
    if (before === undefined) return { kind: 'not judged', sentence: 'the target names no request that takes a place of its pool (target.capacity)' }
    if (after === undefined) return endedEarly === null ? unasked : { kind: 'not judged', sentence: 'the run ended before the pool was asked again' }
    const lost = before.parallel - after.parallel
    if (lost <= 0) return { kind: 'pass', sentence: `${after.parallel} of ${count(after.asked, 'request')} found a place at once after the load, ${before.parallel} before it` }
    return {
      kind: 'leak',
      sentence: `${count(lost, 'place')} of the pool ${lost === 1 ? 'is' : 'are'} lost: ${before.parallel} of ${count(before.asked, 'request')} found one at once before the load, ${after.parallel} after it (${after.tries.join(', ')} in ${count(after.tries.length, 'try', 'tries')})`,
      survivors: Array.from({ length: lost }, (_, i) => ({ member: { kind: 'place', id: `${after.parallel + i + 1}` } satisfies Place, why: 'no request gets it any more', bornIn: null })),
    }
  },
} satisfies Invariant

const unasked = { kind: 'inconclusive', sentence: 'the pool was not asked for its places after the load', settledBy: 'a run that goes to its end' } as const
