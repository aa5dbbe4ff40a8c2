import type { Sight } from '../timeline/timeline.ts'
import type { Invariant } from '../verdict/verdict.ts'
import { cycles, duration, thousands } from '../verdict/words.ts'

/**
 * A delay that is too long, in milliseconds. Generators hand over every 100 ms what they have seen; if the harness is so far behind, they keep it in their own memory, and what the
 * harness takes for rest may not be rest.
 */
const muchMs = 2_000

/** Whether samples were read in time. None is lost when the harness is slow: k6 waits with them, and all are read before its load counts as ended. */
export default {
  name: 'the harness kept up with its load',
  check: ({ sight: { longestLagMs, peakBytes }, doses }) => {
    const misdated = doses.filter((dose) => (dose.misdated ?? 0) > 0)
    if (misdated.length > 0) return { kind: 'warning', sentence: `the clock was set during the load of ${cycles(misdated.map(({ cycle }) => cycle))}: ${thousands(misdated.reduce((sum, dose) => sum + (dose.misdated ?? 0), 0))} starts and ends of requests have the time at which they were read instead of their own`, survivors: [] }
    if (longestLagMs === null) return { kind: 'not judged', sentence: 'the record does not tell' }
    if (longestLagMs > muchMs) return { kind: 'warning', sentence: `samples were read up to ${duration(longestLagMs)} after they were made: latencies by the second are blurred by as much, and the machine is too busy for this load${memory(peakBytes)}`, survivors: [] }
    return { kind: 'pass', sentence: `samples were read within ${duration(longestLagMs)} of being made${memory(peakBytes)}` }
  },
} satisfies Invariant

/** Memory that the generators and the harness took, which the application lacks where they share a machine. */
const memory = ({ generators, harness }: Sight['peakBytes']): string => {
  const [first, ...others] = [['the load generators', generators] as const, ['the harness', harness] as const].filter(([, bytes]) => bytes > 0).map(([who, bytes]) => ({ who, megabytes: `${thousands(Math.round(bytes / 1e6))} MB` }))
  return first === undefined ? '' : `; in memory ${first.who} took ${first.megabytes} at most${others.map(({ who, megabytes }) => `, ${who} ${megabytes}`).join('')}`
}
