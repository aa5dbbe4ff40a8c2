import { keptOfEachError } from '../timeline/fold.ts'
import { cycleAt } from '../verdict/cycle-at.ts'
import { refusedSessions, tooManyConnections } from '../verdict/refused.ts'
import type { Invariant } from '../verdict/verdict.ts'
import { count } from '../verdict/words.ts'

/**
 * All connections of the server were taken: the last stage of a leak, and the one that people notice. But in health a pool that is declared too large does the same, and the dose tells
 * what that costs. Hence a warning, so that a leak is told together with what it led to.
 */
export default {
  name: 'no session was refused',
  check: (timeline) => {
    if (!timeline.facts.probes.includes('postgres-log')) return { kind: 'not judged', sentence: "this run does not read the server's log" }
    const refused = refusedSessions(timeline)
    const [first] = refused
    if (first === undefined) return { kind: 'pass', sentence: 'PostgreSQL had room for every session' }
    const cycle = cycleAt(timeline, first.atMs)
    return {
      kind: 'warning',
      sentence: `PostgreSQL refused ${count(refused.length, 'session')}${refused.length >= keptOfEachError ? ' or more' : ''}, as all of its connections were taken (${tooManyConnections})${cycle === null ? '' : `, first in cycle ${cycle}`}: ${first.message}`,
      survivors: [],
    }
  },
} satisfies Invariant
