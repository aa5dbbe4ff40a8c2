import type { Member, Table } from '../timeline/member.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { bornIn, finalRest, noRest, presentThroughout } from '../verdict/rest.ts'
import type { Invariant } from '../verdict/verdict.ts'
import { count, list, thousands } from '../verdict/words.ts'

/**
 * Healthy load writes: a visit, an order, a session row for each client without a cookie. So tables that grow are told with their rate, and only one that is
 * declared not to (limits.steadyTables) may not.
 */
export default {
  name: 'no steady table grows',
  check: (timeline) => {
    const last = finalRest(timeline)
    if (last === undefined) return noRest
    if (!timeline.looks.some(({ counters, members }) => 'pg.database-bytes' in counters || members.some(isTable))) return { kind: 'not judged', sentence: 'this run does not look for tables that grow' }
    const { steadyTables = [] } = timeline.facts.limits
    const grown = presentThroughout(last, isTable).map((table) => ({ table, said: growthSaid(timeline, table, last.last.atMs) }))
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

/** By what was sent since the first look, which set the sizes that growth is counted from. */
function growthSaid(timeline: Timeline, { id, grownRows, grownBytes }: Table, atMs: number): string {
  const sent = timeline.doses.filter((dose) => dose.atMs <= atMs).reduce((sum, { planned, dropped }) => sum + planned - dropped, 0)
  const rate = sent > 0 && grownRows > 0 ? `, ${Number((grownRows / sent).toPrecision(2))} a request` : ''
  return `${id} by ${count(Math.max(0, grownRows), 'row')} and ${thousands(grownBytes / 1024)} KiB${rate}`
}
