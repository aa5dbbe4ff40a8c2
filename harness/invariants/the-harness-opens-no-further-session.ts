import { runningLooks } from '../verdict/rest.ts'
import type { Invariant } from '../verdict/verdict.ts'
import { count } from '../verdict/words.ts'

/** The monitor's sessions are opened before any load and stay. Every other count leaves them out, so they are counted here. */
export default {
  name: 'the harness opens no further session',
  check: (timeline) => {
    const own = runningLooks(timeline).flatMap(({ counters }) => counters['harness.backends'] ?? [])
    const [first] = own
    const most = Math.max(...own)
    if (first === undefined) return { kind: 'not judged', sentence: 'no look counts sessions of the harness' }
    if (most > first) return { kind: 'inconclusive', sentence: `the harness itself went from ${first} to ${count(most, 'session')}`, settledBy: 'run again; if it stays, a probe leaks' }
    return { kind: 'pass', sentence: `${count(first, 'session')} of the harness, from first to last` }
  },
} satisfies Invariant
