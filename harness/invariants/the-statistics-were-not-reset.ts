import { cycleAt } from '../verdict/cycle-at.ts'
import { runningLooks } from '../verdict/rest.ts'
import type { Invariant } from '../verdict/verdict.ts'

/** The server's own counts of its sessions are one of the ledgers. After pg_stat_reset() they begin anew, for everybody who reads them. */
export default {
  name: 'the statistics were not reset',
  check: (timeline) => {
    const looks = runningLooks(timeline).flatMap(({ atMs, counters }) => (counters['pg.statistics-reset-ms'] === undefined ? [] : [{ atMs, resetMs: counters['pg.statistics-reset-ms'] }]))
    const [first] = looks
    const changed = looks.find(({ resetMs }) => resetMs !== first?.resetMs)
    if (first === undefined) return { kind: 'not judged', sentence: 'this run does not look when the statistics were reset' }
    if (changed === undefined) return { kind: 'pass', sentence: 'the statistics of the server were counted on from first to last' }
    const cycle = cycleAt(timeline, changed.atMs)
    return {
      kind: 'inconclusive',
      sentence: `the statistics of the server were reset during the run${cycle === null ? '' : `, before the end of cycle ${cycle}`}`,
      settledBy: 'run again without whoever calls pg_stat_reset()',
    }
  },
} satisfies Invariant
