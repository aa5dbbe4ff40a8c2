import type { Member, TemporaryTable } from '../timeline/member.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { measuredDoses } from '../verdict/measured-doses.ts'
import { growthByIdentity, inSteps } from '../verdict/growth.ts'
import { bornIn, finalRest, noRest, untouchedRests } from '../verdict/rest.ts'
import { ownThroughout } from '../verdict/stay.ts'
import type { Invariant, Survivor } from '../verdict/verdict.ts'
import { count } from '../verdict/words.ts'

/**
 * A temporary table lives as long as its session, and a pool's sessions live for ever. If each session makes one table and uses it again, that is healthy, and their number stops
 * growing with the pool; a table for each request fills the catalog until the session is closed. A slow leak has no steady rate, but its tables have names: no session can hold two
 * tables of the same name, so a session to which several loads add tables of new names never uses the old ones again.
 */
export default {
  name: 'temporary tables do not grow with the dose',
  check: (timeline) => {
    if (finalRest(timeline) === undefined) return noRest
    if (!timeline.looks.some(({ counters, members }) => 'pg.temporary-tables' in counters || members.some(isTemporaryTable))) return { kind: 'not judged', sentence: 'this run does not look for temporary tables' }
    const growth = growthByIdentity(timeline, isTemporaryTable)
    const said = `temporary tables at rest grew from ${growth.plateau} to ${growth.atEnd}: ${inSteps(growth)}`
    const survivors = growth.stayed.map((table) => survivorOf(timeline, table))
    if (growth.kind === 'proportional') return { kind: 'leak', sentence: `${said}, in ${sessionsOf(growth.stayed)}`, survivors }
    const piled = piledUp(timeline)
    if (piled.length > 0)
      return { kind: 'leak', sentence: `${count(piled.length, 'temporary table')} of names that no load before had made stayed in ${sessionsOf(piled)}, from more than one load in each`, survivors: piled.map((table) => survivorOf(timeline, table)) }
    switch (growth.kind) {
      case 'bounded':
        return { kind: 'pass', sentence: growth.atEnd === 0 ? 'no temporary table stayed at rest' : `temporary tables at rest did not go on growing with the load (${growth.atEnd} at the end, ${growth.plateau} after the warm-up)` }
      case 'unsettled':
        return { kind: 'warning', sentence: `${said}; a pool that fills, or a slow leak`, survivors }
      default:
        return growth.kind satisfies never
    }
  },
} satisfies Invariant

const isTemporaryTable = (member: Member): member is TemporaryTable => member.kind === 'temporary-table'

/** Tables at the end with names that did not exist before the measured load, in sessions that hold such tables from more than one load. */
function piledUp(timeline: Timeline): readonly TemporaryTable[] {
  const last = finalRest(timeline)
  const [first] = measuredDoses(timeline)
  if (last === undefined || first === undefined) return []
  const known = new Set(untouchedRests(timeline).filter(({ cycle }) => cycle === null || cycle < first.cycle).flatMap(({ looks }) => looks.flatMap(({ members }) => members.filter(isTemporaryTable).map(({ name }) => name))))
  const fresh = ownThroughout(timeline, last, isTemporaryTable).filter(({ name }) => !known.has(name))
  const loadsOf = (pid: number | null): number => new Set(fresh.flatMap((table) => (table.sessionPid === pid ? [bornIn(timeline, table)] : []))).size
  return fresh.filter(({ sessionPid }) => sessionPid !== null && loadsOf(sessionPid) > 1)
}

const survivorOf = (timeline: Timeline, member: TemporaryTable): Survivor => ({ member, why: `${member.name}, left in ${member.sessionPid === null ? 'a session that has gone' : `the session of pid ${member.sessionPid}`}`, bornIn: bornIn(timeline, member), ofGrowth: true })

const sessionsOf = (tables: readonly TemporaryTable[]): string => count(new Set(tables.map(({ sessionPid }) => sessionPid)).size, 'session')
