import type { Member, Table } from '../timeline/member.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { bornIn, finalRest, memberAt, noRest, presentThroughout } from '../verdict/rest.ts'
import { sentIn } from '../verdict/sent.ts'
import type { Invariant } from '../verdict/verdict.ts'
import { count, list, thousands } from '../verdict/words.ts'

/**
 * A healthy load writes: a visit, an order, a session row for each client without a cookie. So tables that grow are told with their rate, and only one that is declared not to grow
 * (limits.steadyTables) is a leak if it does.
 */
export default {
  name: 'no steady table grows',
  check: (timeline) => {
    const last = finalRest(timeline)
    if (last === undefined) return noRest
    if (!timeline.looks.some(({ counters, members }) => 'pg.database-bytes' in counters || members.some(isTable))) return { kind: 'not judged', sentence: 'this run does not look for tables that grow' }
    const { steadyTables = [] } = timeline.facts.limits
    const grown = presentThroughout(last, isTable).flatMap((table) => {
      const growth = growthOf(timeline, table)
      return growth.rows > 0 || growth.bytes > 0 ? [{ table, said: growthSaid(timeline, table, growth, last.last.atMs) }] : []
    })
    const steady = grown.filter(({ table }) => steadyTables.some((name) => table.id === name || table.id === `public.${name}`))
    const told = grown.length === 0 ? 'no table has grown' : `grown: ${list(grown.toSorted((a, b) => b.table.grownBytes - a.table.grownBytes).map(({ said }) => said), 3)}`
    if (steady.length > 0)
      return {
        kind: 'leak',
        sentence: `${count(steady.length, 'table')} that ${steady.length === 1 ? 'is' : 'are'} declared steady grew: ${list(steady.map(({ said }) => said))}`,
        survivors: steady.map(({ table, said }) => ({ member: table, why: said, bornIn: bornIn(timeline, table) })),
      }
    if (steadyTables.length === 0) return { kind: 'not judged', sentence: `no table is declared steady (limits.steadyTables); ${told}` }
    return { kind: 'pass', sentence: `${count(steadyTables.length, 'table')} declared steady did not grow; ${told}` }
  },
} satisfies Invariant

const isTable = (member: Member): member is Table => member.kind === 'table'

/** `sinceMs`: a moment of the run at which the growth was not yet there, in milliseconds. */
type Growth = { readonly rows: number; readonly bytes: number; readonly sinceMs: number }

/**
 * How late PostgreSQL may count what a session has inserted, in milliseconds: once the session is idle, at most ten seconds later (PGSTAT_IDLE_INTERVAL of pgstat.c). Before release 15
 * it waits for the session's next use.
 */
const lateMs = 10_000

/**
 * The growth of a table since the first look. If its files are no larger, only the statistics tell of more rows, and these may belong to the start: to a migration whose session rests
 * in the pool. Late statistics come all at once, so these rows count only from the first look that shows some and is too late for that.
 */
function growthOf({ looks }: Timeline, table: Table): Growth {
  const [first] = looks
  const sinceMs = first?.atMs ?? 0
  if (table.grownBytes > 0) return { rows: table.grownRows, bytes: table.grownBytes, sinceMs }
  const rowsAt = (look: (typeof looks)[number]): number => (memberAt(look, table) as Table | undefined)?.grownRows ?? 0
  const known = looks.find((look) => look.atMs >= sinceMs + lateMs && rowsAt(look) > 0)
  return { rows: known === undefined ? 0 : table.grownRows - rowsAt(known), bytes: table.grownBytes, sinceMs: known?.atMs ?? sinceMs }
}

/** In words, with its rate by the requests that were sent meanwhile. */
function growthSaid({ doses }: Timeline, { id }: Table, { rows, bytes, sinceMs }: Growth, atMs: number): string {
  const sent = sentIn(doses.filter((dose) => dose.atMs > sinceMs && dose.atMs <= atMs))
  const rate = sent > 0 && rows > 0 ? `, ${Number((rows / sent).toPrecision(2))} a request` : ''
  return `${id} by ${count(Math.max(0, rows), 'row')} and ${thousands(bytes / 1024)} KiB${rate}`
}
