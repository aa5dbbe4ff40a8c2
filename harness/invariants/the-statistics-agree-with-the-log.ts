import type { Look } from '../timeline/entry.ts'
import type { Stamped } from '../timeline/timeline.ts'
import { confirmation, runningLooks } from '../verdict/rest.ts'
import type { Invariant } from '../verdict/verdict.ts'
import { count } from '../verdict/words.ts'

/** How late the statistics may be, in milliseconds: a session is counted at its first rest, which on a busy server may be put off once, by ten seconds (PGSTAT_IDLE_INTERVAL of PostgreSQL's pgstat.c). */
const lateMs = 15_000

/**
 * The fourth ledger of sessions: how many the server has counted in pg_stat_database, against how many its log opened. They begin at different numbers, which means nothing; the
 * difference must stay the same. Only a difference that quiet looks show for longer than either ledger may be late counts.
 */
export default {
  name: 'the statistics agree with the log',
  check: (timeline) => {
    const looks = runningLooks(timeline).flatMap((look) => {
      const difference = differenceAt(look)
      return difference === null || !look.quiescent ? [] : [{ atMs: look.atMs, difference }]
    })
    const measuringMs = timeline.cycles.find(({ role }) => role === 'measured')?.startMs ?? Number.POSITIVE_INFINITY
    const usual = mostFrequent(looks.filter(({ atMs }) => atMs < measuringMs).map(({ difference }) => difference))
    if (usual === null) return { kind: 'not judged', sentence: 'this run does not keep both books' }
    const agreed = looks.findLastIndex(({ difference }) => difference === usual)
    const disagreeing = looks.slice(agreed + 1)
    const [first, last] = [disagreeing[0], disagreeing.at(-1)]
    if (first === undefined || last === undefined || disagreeing.length < confirmation || last.atMs - first.atMs < lateMs)
      return { kind: 'pass', sentence: `sessions as counted in pg_stat_database and as opened in the log grew alike over ${count(looks.length, 'quiet look')}` }
    const off = last.difference - usual
    return {
      kind: 'inconclusive',
      sentence: `the statistics count ${count(Math.abs(off), 'session')} ${off > 0 ? 'more' : 'fewer'} than the log has opened`,
      settledBy: 'run again; if it stays, one of the two probes is at fault',
    }
  },
} satisfies Invariant

function differenceAt({ counters }: Stamped<Look>): number | null {
  const { 'pg.sessions-opened': counted, 'log.sessions': logged } = counters
  return counted === undefined || logged === undefined ? null : counted - logged
}

function mostFrequent(values: readonly number[]): number | null {
  const counts = new Map<number, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  const most = Math.max(...counts.values())
  // Of several equally frequent ones the latest: what was late in the beginning has come by then.
  return [...counts].findLast(([, n]) => n === most)?.[0] ?? null
}
