import type { Member, TemporaryTable } from '../timeline/member.ts'
import { growthByIdentity, inSteps } from '../verdict/growth.ts'
import { bornIn, finalRest, noRest } from '../verdict/rest.ts'
import type { Invariant, Survivor } from '../verdict/verdict.ts'
import { count } from '../verdict/words.ts'

/**
 * A temporary table lives as long as its session, and a pool's sessions live for ever. One that each session makes once and uses again is healthy, and its
 * number ends with the pool's; one for each request fills the catalog until the session is closed.
 */
export default {
  name: 'temporary tables do not grow with the dose',
  check: (timeline) => {
    if (finalRest(timeline) === undefined) return noRest
    if (!timeline.looks.some(({ counters, members }) => 'pg.temporary-tables' in counters || members.some(isTemporaryTable))) return { kind: 'not judged', sentence: 'this run does not look for temporary tables' }
    const growth = growthByIdentity(timeline, isTemporaryTable)
    const sessions = new Set(growth.stayed.map(({ sessionPid }) => sessionPid)).size
    const said = `temporary tables at rest grew from ${growth.plateau} to ${growth.atEnd}: ${inSteps(growth)}`
    const survivors: readonly Survivor[] = growth.stayed.map((member) => ({ member, why: `${member.name}, left in ${member.sessionPid === null ? 'a session that has gone' : `the session of pid ${member.sessionPid}`}`, bornIn: bornIn(timeline, member) }))
    switch (growth.kind) {
      case 'bounded':
        return { kind: 'pass', sentence: growth.atEnd === 0 ? 'no temporary table stayed at rest' : `temporary tables at rest did not go on growing with the load (${growth.atEnd} at the end, ${growth.plateau} after the warm-up)` }
      case 'unsettled':
        return { kind: 'warning', sentence: `${said}; a pool that fills, or a slow leak`, survivors }
      case 'proportional':
        return { kind: 'leak', sentence: `${said}, in ${count(sessions, 'session')}`, survivors }
      default:
        return growth.kind satisfies never
    }
  },
} satisfies Invariant

const isTemporaryTable = (member: Member): member is TemporaryTable => member.kind === 'temporary-table'
