import type { Look } from '../timeline/entry.ts'
import type { Invariant } from '../verdict/verdict.ts'
import { count, thousands } from '../verdict/words.ts'

/** One that finds its database elsewhere, by a file or a default of its own, leaves nothing here, whatever it leaves there. */
export default {
  name: 'the application uses its database',
  isCause: true,
  check: ({ looks, controls, doses }) => {
    const counted = looks.filter((look) => 'log.opened' in look.counters && look.atMs < (controls[0]?.atMs ?? Number.POSITIVE_INFINITY))
    const [first] = counted
    if (first === undefined || doses.length === 0) return { kind: 'not judged', sentence: 'sessions were not counted by a log' }
    const opened = Math.max(...counted.map(openedBy)) - openedBy(first)
    const most = Math.max(...counted.map(({ counters }) => counters['log.live'] ?? 0))
    if (opened > 0 || most > 0) return { kind: 'pass', sentence: `${most === 0 ? 'no session' : `up to ${count(most, 'session')}`} at rest, ${thousands(opened)} opened since the load began` }
    return {
      kind: 'inconclusive',
      sentence: 'the application had no session in the database of this run, and opened none: what it leaves in a database would not show',
      settledBy: 'let it find its database by DATABASE_URL, before any file or default of its own, and load routes that use it',
    }
  },
} satisfies Invariant

const openedBy = ({ counters }: Look): number => counters['log.opened'] ?? 0
