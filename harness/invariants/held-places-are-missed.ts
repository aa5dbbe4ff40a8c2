import type { Timeline } from '../timeline/timeline.ts'
import { controlOfPlaces, isChosen, placesOf, uncountedWords } from '../verdict/places.ts'
import type { Invariant } from '../verdict/verdict.ts'
import { count } from '../verdict/words.ts'

/**
 * The control of the one thing that cannot be planted, a lost place of a pool that is not ours. The harness holds some places by requests of its own, several times. Each time exactly
 * so many must be missing, and all must be back when it lets go. A request that takes no place after all, or holds it too briefly, fails here: in a busy moment held places may seem to
 * be missing by chance, but a try that finds more than there can be has met requests that take no place. Only a pool of which every place was asked for can run short: if a larger one
 * shows none missing, that says nothing.
 */
export default {
  name: 'held places are missed',
  check: (timeline) => {
    const { before, after } = placesOf(timeline)
    const { left, held, released } = controlOfPlaces(timeline)
    if (before === null) return { kind: 'not judged', sentence: uncountedWords(timeline) }
    if (after !== null && left === 0) return { kind: 'not judged', sentence: `places of the pool were watched without a control: none was left to hold${before.parallel > 0 ? ', and that none is left needs none' : ''}` }
    if (after === null || held.length === 0 || released === null) return { kind: 'not judged', sentence: 'places of the pool were watched without a control: the run ended before, or no two were left to hold one of' }

    const isMissed = held.every((one) => one.tries.includes(left - one.held) && one.tries.every((found) => found <= left - one.held))
    const told = held.map((one) => `with ${count(one.held, 'place')} held, ${one.tries.includes(left - one.held) ? left - one.held : one.parallel} of ${count(one.asked, 'request')} found one at once (${one.tries.join(', ')} in ${count(one.tries.length, 'try', 'tries')})`)
    const said = `${told.join('; ')}; and ${released.parallel} when none was held`
    if (isMissed && released.parallel >= left) return declaredBeyond(timeline, said, before.parallel)
    const expected = [...held.map((one) => left - one.held), left]
    if (isChosen(timeline) || mayBeLarger(timeline, before.asked)) return { kind: 'not judged', sentence: `places of the pool were watched without a control: ${said}, where ${expected.join(', ')} would have shown that it has no more than were asked for` }
    return {
      kind: 'inconclusive',
      sentence: `${said}, where ${expected.join(', ')} were to be found: a lost place may not show`,
      settledBy: `see that the request of target.capacity takes one place of the pool${timeline.facts.capacity?.heldBy === 'locks' ? '' : ', for holdsMs'}, and that limits.poolMaxPerProcess is what the pool has; then run again`,
    }
  },
} satisfies Invariant

/** Warns where fewer places were found than are declared. The request may take two places each, or there are fewer threads than places: then places may be lost without being missed. */
function declaredBeyond({ facts: { limits } }: Timeline, said: string, found: number): ReturnType<Invariant['check']> {
  const beyond = (limits.poolMaxPerProcess ?? 0) * (limits.workers ?? 1) - found
  if (beyond <= 0) return { kind: 'pass', sentence: said }
  return { kind: 'not judged', sentence: `${said}; but of ${count(found + beyond, 'place')} declared ${found} could be had before the load: if something else lets no more requests through, such as its threads, lost places beyond them do not show` }
}

/** Whether the pool may have more places than were asked for, as far as is declared; or whether there are several pools, and chance decides which of them a request meets. */
const mayBeLarger = ({ facts: { limits } }: Timeline, asked: number): boolean => limits.poolMaxPerProcess === undefined || limits.poolMaxPerProcess > asked || (limits.workers ?? 1) > 1
