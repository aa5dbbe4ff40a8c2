import type { Timeline } from '../timeline/timeline.ts'
import { placesOf } from '../verdict/places.ts'
import type { Invariant } from '../verdict/verdict.ts'
import { count } from '../verdict/words.ts'

/**
 * The control of the one thing that cannot be planted, a lost place of a pool that is not ours: the harness holds some of its places by requests of its own. They must be missed, exactly so
 * many, and be there again when it lets go. A request that takes no place after all, or holds it too short, fails here. Only a pool of which every place was asked for can run short: of a larger one
 * that none was missed says nothing.
 */
export default {
  name: 'held places are missed',
  check: (timeline) => {
    const { before, after } = placesOf(timeline)
    const held = timeline.capacities.find((one) => one.when === 'places-held')
    const released = timeline.capacities.find((one) => one.when === 'places-released')
    if (before === null) return { kind: 'not judged', sentence: 'the target names no request that takes a place of its pool (target.capacity)' }
    if (after === null || held === undefined || released === undefined) return { kind: 'not judged', sentence: 'places of the pool were watched without a control: no two were left to hold one of, or the run ended before' }

    const [expected, tries] = [after.parallel - held.held, held.tries.join(', ')]
    const said = `with ${count(held.held, 'place')} held, ${held.tries.includes(expected) ? expected : held.parallel} of ${count(held.asked, 'request')} found one at once (${tries} in ${count(held.tries.length, 'try', 'tries')}), and ${released.parallel} when ${held.held === 1 ? 'it was' : 'they were'} let go`
    if (held.tries.includes(expected) && released.parallel >= after.parallel) return { kind: 'pass', sentence: said }
    if (mayBeLarger(timeline, held.asked)) return { kind: 'not judged', sentence: `places of the pool were watched without a control: ${said}, where ${expected} and ${after.parallel} would have shown that it has no more than were asked for` }
    return {
      kind: 'inconclusive',
      sentence: `${said}, where ${expected} and ${after.parallel} were to be found: a lost place may not show`,
      settledBy: 'see that the request of target.capacity takes one place of the pool, for holdsMs, and that limits.poolMaxPerProcess is what the pool has; then run again',
    }
  },
} satisfies Invariant

/** More places than were asked for, as far as is declared; or several pools, and chance decides which of them a request meets. */
const mayBeLarger = ({ facts: { limits } }: Timeline, asked: number): boolean => limits.poolMaxPerProcess === undefined || limits.poolMaxPerProcess > asked || (limits.workers ?? 1) > 1
