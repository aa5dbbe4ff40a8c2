import type { PoolCleanup } from '../timeline/entry.ts'
import { cleanups } from '../timeline/pool-cleanups.ts'
import type { Stamped, Timeline } from '../timeline/timeline.ts'
import { cycleAt } from '../verdict/cycle-at.ts'
import type { Invariant } from '../verdict/verdict.ts'
import { count, list } from '../verdict/words.ts'

/**
 * A pool that rolls back what came back open, or misses what does not come back, says so in the application's log and nowhere else: when the load has gone, nothing is left to be seen. It
 * costs a round trip each time, or whatever the transaction held meanwhile, and does not grow. Hence a warning: the same request may leak where no pool, or another one, stands behind it.
 */
export default {
  name: 'no pool had to clean up after a request',
  check: (timeline) => {
    if (!timeline.facts.probes.includes('application-log')) return { kind: 'not judged', sentence: "this run does not read the application's log" }
    const { said, times, unread } = untilTheStop(timeline)
    const [first] = said
    if (first !== undefined) return { kind: 'warning', sentence: `${count(times, 'time')} a pool cleaned up after a request: ${list(whatTheyDid(said))}; ${firstOf(timeline, first)}`, survivors: [] }
    if (unread > 0) return { kind: 'not judged', sentence: `${count(unread, 'log')} of the application's could not be read` }
    return { kind: 'pass', sentence: "no pool said in the application's log that it cleaned up after a request" }
  },
} satisfies Invariant

/** What was said while the application served. One that ends in the midst of something may leave that to its pool, which is no request's fault. Only the first lines of each kind are in the record, all are counted. */
function untilTheStop({ looks, poolCleanups }: Timeline): { readonly said: readonly Stamped<PoolCleanup>[]; readonly times: number; readonly unread: number } {
  const last = looks.findLast(({ reading }) => reading !== 'stopped')
  const untilMs = looks.some(({ reading }) => reading === 'stopped') ? (last?.atMs ?? 0) : Number.POSITIVE_INFINITY
  const said = poolCleanups.filter(({ atMs }) => atMs <= untilMs)
  return { said, times: Math.max(said.length, last?.counters['app.pool-cleanups'] ?? 0), unread: last?.counters['app.unread-logs'] ?? 0 }
}

/** A newer record may have kinds that nobody here knows. */
const whatTheyDid = (said: readonly PoolCleanup[]): readonly string[] =>
  [...new Set(said.map(({ cleanup }) => cleanup))].map((cleanup) => (Object.hasOwn(cleanups, cleanup) ? `${cleanups[cleanup]?.pool} ${cleanups[cleanup]?.did}` : `"${cleanup}"`))

function firstOf(timeline: Timeline, { atMs, line }: Stamped<PoolCleanup>): string {
  const cycle = cycleAt(timeline, atMs)
  return `first ${cycle === null ? 'before any load' : `in cycle ${cycle}`}: ${line}`
}
