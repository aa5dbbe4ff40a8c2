import type { Place } from '../timeline/member.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { cycleAtEpoch } from '../verdict/cycle-at.ts'
import { agree, agreementSinceLoad, controlOfPlaces, enoughTries, isChosen, misreadPlaces, placesOf, pooling, sessionsOfLostPlaces, touchedAtMs, uncountedWords, whyPartial } from '../verdict/places.ts'
import type { Invariant, Opinion } from '../verdict/verdict.ts'
import { count, duration } from '../verdict/words.ts'

/**
 * A pool at its limit shows the same number of sessions whether its places are lost or in use; and if a garbage collector has closed what was lost, it shows fewer, and none that stays.
 * Only requests that want a place find out. Their result is compared with what the same requests found before the load, and not with what is declared, since a request may need more
 * than one place.
 */
export default {
  name: 'no place of the pool is lost',
  check: (timeline) => (isChosen(timeline) ? withoutBeingAsked(timeline, opinionOf(timeline)) : opinionOf(timeline)),
} satisfies Invariant

/**
 * Where the harness has chosen the request by itself, nobody has said that it takes a place of the pool, and one of only one pool. So what would be inconclusive is only left open; and that places are missing is
 * no leak before their sessions are known, which rest while others are waited for, and have been lost by several loads: what listens, say, may keep one for good from the first time that it is asked for.
 */
function withoutBeingAsked(timeline: Timeline, opinion: Opinion): Opinion {
  if (opinion.kind === 'inconclusive') return { kind: 'not judged', sentence: `${opinion.sentence} (by a request that Lowtide chose; target.capacity may name a better one)` }
  const { before } = placesOf(timeline)
  const partial = before === null ? null : whyPartial(timeline, before)
  if (opinion.kind === 'pass' && partial !== null) return { kind: 'not judged', sentence: `${opinion.sentence}; but ${partial} (target.capacity, limits.poolMaxPerProcess)` }
  if (opinion.kind !== 'leak') return opinion
  const { sentence, survivors } = opinion
  if (survivors.some(({ member }) => member.kind === 'place'))
    return { kind: 'inconclusive', sentence: `${sentence}; but which sessions they had is not known, and nobody has said that each request of this kind takes one`, settledBy: 'a target.capacity.path of a request that takes a place of the pool and reads a table, then run again' }
  if (new Set(survivors.map(({ bornIn }) => bornIn)).size < enoughLoads)
    return { kind: 'inconclusive', sentence: `${sentence}; but all by one load: something may keep ${survivors.length === 1 ? 'it' : 'them'} by design from then on`, settledBy: 'a longer run, which shows whether more are lost; or a target.capacity.path, which says that none is kept by design' }
  return opinion
}

const enoughLoads = 2

function opinionOf(timeline: Timeline): Opinion {
  const { before, after, lostIn, most } = placesOf(timeline)
  const words = timeline.facts.capacity?.heldBy === 'locks' ? ofLocks : ofRequests
  if (before === null) return { kind: 'not judged', sentence: uncountedWords(timeline) }
  if (before.parallel === 0)
    return {
      kind: 'inconclusive',
      sentence: `no request found a place before the load (${before.declined ? `${before.declined} of them ${words.turnedAway}` : words.noneFound}): that one is lost would not show`,
      settledBy: words.aPlace,
    }
  if (after === null) return timeline.endedEarly === null ? unasked : { kind: 'not judged', sentence: 'the run ended before the pool was asked again' }
  const { left, held, released } = controlOfPlaces(timeline)
  const [{ processes, certain }, found] = [pooling(timeline), `${after.parallel} of ${count(after.asked, 'request')} found a place at once after the load, ${before.parallel} before it`]
  const agreement = agreementSinceLoad(timeline)
  if (processes > 1 && left > 0 && after.parallel < after.asked) {
    const pools = `${processes} processes have a pool each, and chance decides which of them a request meets`
    if (lostIn.length > 0 && certain === 1)
      return { kind: 'inconclusive', sentence: `${found}: ${processes} processes have a pool each, all but one since the load began: whether requests meet theirs too is not told`, settledBy: 'limits.workers: 1 if one process alone serves, then run again' }
    if (lostIn.length > 0 && agreement.tries >= enoughTries && agreement.exact === agreement.tries)
      return { kind: 'inconclusive', sentence: `${found}: ${pools}, which hardly makes ${count(agreement.tries, 'try', 'tries')} of them find the same`, settledBy: 'limits.workers: 1 if one process alone serves, then run again' }
    return { kind: 'not judged', sentence: `${found}: ${pools} (limits.workers: 1 if one alone serves)` }
  }
  const declined = { before: before.parallel < before.asked ? (before.declined ?? 0) : 0, after: lostIn.length > 0 ? (after.declined ?? 0) : 0 }
  if (declined.before + declined.after > 0) {
    return {
      kind: 'inconclusive',
      sentence: `${declined.after || declined.before} of ${count(after.asked, 'request')} for a place were ${words.turnedAway} ${declined.after > 0 ? 'after' : 'before'} the load: they never came to the pool`,
      settledBy: words.noDetour,
    }
  }
  if (lostIn.length === 0 && after.parallel < most)
    return {
      kind: 'inconclusive',
      sentence: `${found}; but ${most} did in another try: whether some were lost since then, or are slow to come, is not told`,
      settledBy: words.steadier,
    }
  const again = released === null ? left : Math.max(released.parallel, ...held.flatMap((one) => one.tries.map((places) => places + one.held)))
  if (lostIn.length === 0 && processes === 1 && again < left)
    return {
      kind: 'inconclusive',
      sentence: `${found}; but no try of the control found more than ${again}: whether some are lost, or slow to come, is not told`,
      settledBy: words.steadier,
    }
  if (lostIn.length === 0) return { kind: 'pass', sentence: found }
  const misread = misreadPlaces(timeline)
  if (lostIn.length <= misread) {
    return {
      kind: 'inconclusive',
      sentence: `${count(lostIn.length, 'place')} fewer ${lostIn.length === 1 ? 'was' : 'were'} found after the load than before it (${after.tries.join(', ')} in ${count(after.tries.length, 'try', 'tries')}, ${before.parallel} before), and the control shows that readings overlook ${count(misread, 'place')}: they do not tell lost from slow`,
      settledBy: words.steadier,
    }
  }
  if (!agree(agreement)) {
    return {
      kind: 'inconclusive',
      sentence: `${found}, but only ${agreement.exact} of ${count(agreement.tries, 'try', 'tries')} for more than are left found exactly these: they do not tell lost from slow`,
      settledBy: words.steadier,
    }
  }
  const sessions = sessionsOfLostPlaces(timeline)
  const lost = Math.max(lostIn.length, sessions.length)
  return {
    kind: 'leak',
    sentence: `${count(lost, 'place')} of the pool ${lost === 1 ? 'is' : 'are'} lost: ${before.parallel} of ${count(before.asked, 'request')} found one at once before the load, ${after.parallel} after it (${after.tries.join(', ')} in ${count(after.tries.length, 'try', 'tries')})`,
    survivors:
      sessions.length > 0
        ? sessions.map((session) => ({
            member: session,
            why: `${session.state}, not touched for ${duration(session.stateAgeMs ?? 0)}, while every place was asked for; last: ${session.query}`,
            bornIn: cycleAtEpoch(timeline, touchedAtMs(session)),
          }))
        : lostIn.map((bornIn, i) => ({ member: { kind: 'place', id: `${after.parallel + i + 1}` } satisfies Place, why: 'no request gets it any more', bornIn })),
  }
}

/** How to speak of readings in which the requests held the places, and of those in which locks did. */
const ofRequests = {
  turnedAway: 'turned away with a status of 400 to 499, or at once with 503,',
  noneFound: 'none was answered with a status below 400',
  aPlace: 'a target.capacity.path that answers with a status below 400 once it has held a place of the pool for holdsMs',
  noDetour: 'a target.capacity.path that is neither limited in its rate nor in need of a login, then run again',
  steadier: 'a longer target.capacity.holdsMs, or a machine with less other work',
}
const ofLocks = {
  turnedAway: 'answered in spite of the lock on what they read, or the table could not be locked,',
  noneFound: 'none came to a lock on a table',
  aPlace: 'a target.capacity.path that reads a table of the application\'s database whenever it is asked, without a login or a cache',
  noDetour: 'a target.capacity.path that reads a table whenever it is asked, without a login or a cache, and that no transaction left open has locked; then run again',
  steadier: 'a machine with less other work, then run again',
} satisfies typeof ofRequests

const unasked = { kind: 'inconclusive', sentence: 'the pool was not asked for its places after the load', settledBy: 'a run that goes to its end' } as const
