import { measuredDoses } from '../verdict/measured-doses.ts'
import { confirmation, untouchedRests } from '../verdict/rest.ts'
import type { Invariant } from '../verdict/verdict.ts'
import { count, cycles } from '../verdict/words.ts'

/**
 * What is left behind is still there at the end: so the rest after the last measured cycle must be quiet, and at least half of all rests. That another cycle did not come to rest in
 * time is told as a warning. A cycle without three looks in a row was not looked at.
 */
export default {
  name: 'every cycle came to rest',
  check: (timeline) => {
    const measured = measuredDoses(timeline).map(({ cycle }) => cycle)
    const rests = new Map(untouchedRests(timeline).flatMap((rest) => (rest.reading === 'untouched' && rest.cycle !== null ? [[rest.cycle, rest]] : [])))
    const unseen = measured.filter((cycle) => !rests.has(cycle))
    const unquiet = measured.filter((cycle) => rests.get(cycle)?.quiet === false)
    const last = rests.get(measured.at(-1) ?? -1)
    const busy = unquiet.map((cycle) => rests.get(cycle)?.looks.findLast(({ quiescent }) => !quiescent)).findLast((look) => look?.unquiet !== undefined)
    const reason = busy?.unquiet ?? 'no reason given'
    const settledBy = `a longer settle, or an application that ends what it has begun${busy?.unquietBy === 'queries' ? '; if it keeps such queries running by design, limits.standingQueries' : ''}`

    if (measured.length === 0 && timeline.endedEarly === 'load broken') return { kind: 'not judged', sentence: 'the load broke before anything was measured' }
    if (measured.length === 0) return { kind: 'inconclusive', sentence: 'no measured cycle is on record', settledBy: 'a run that gets as far as its first cycle' }
    if (unseen.length > 0) return { kind: 'inconclusive', sentence: `${cycles(unseen)} had no ${confirmation} looks in a row after the load`, settledBy }
    if (last?.quiet === false) return { kind: 'inconclusive', sentence: `the application never came to rest after the last cycle: ${reason}`, settledBy }
    if (unquiet.length * 2 > measured.length) return { kind: 'inconclusive', sentence: `${unquiet.length} of ${count(measured.length, 'cycle')} never came to rest: ${reason}`, settledBy }
    if (unquiet.length > 0) return { kind: 'warning', sentence: `${cycles(unquiet)} did not come to rest in time (${reason}); the last one did`, survivors: [] }
    return { kind: 'pass', sentence: `all ${count(measured.length, 'cycle')} came to rest, on ${confirmation} looks in a row each` }
  },
} satisfies Invariant
