import type { Invariant } from '../verdict/verdict.ts'
import { count, duration } from '../verdict/words.ts'

/** If other routes still answer, a hang is a matter of one route and not of the whole application. It clears nobody: lost places show only when the last is gone. */
export default {
  name: 'other routes still answer',
  check: ({ canaries }) => {
    const last = canaries.at(-1)
    if (last === undefined) return { kind: 'not judged', sentence: 'no other route was tried' }
    const unanswered = canaries.filter(({ outcome }) => outcome === 'unanswered').length
    if (last.outcome === 'unanswered')
      return { kind: 'inconclusive', sentence: `${last.url} no longer answers (${last.detail}, after ${duration(last.tookMs)})`, settledBy: 'see the log of the application: it may have ended, or every worker may hang' }
    if (unanswered > 0) return { kind: 'warning', sentence: `${last.url} was left unanswered ${unanswered} of ${count(canaries.length, 'time')}, and answers again`, survivors: [] }
    return { kind: 'pass', sentence: `${last.url} still answered in ${duration(last.tookMs)}` }
  },
} satisfies Invariant
