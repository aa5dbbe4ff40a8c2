import type { Member, Process } from '../timeline/member.ts'
import { inSteps } from '../verdict/growth.ts'
import { byNeedOf, growthByNeed } from '../verdict/need.ts'
import { bornIn, finalRest, noRest } from '../verdict/rest.ts'
import { isProcess } from '../verdict/stay.ts'
import type { Invariant } from '../verdict/verdict.ts'

/** Processes that carry no request in their environment, such as children that a request has started and forgotten. */
export default {
  name: 'processes do not grow with the dose',
  check: (timeline) => {
    if (finalRest(timeline) === undefined) return noRest
    const growth = growthByNeed(timeline, isWorker)
    const said = `processes at rest grew from ${growth.plateau} to ${growth.atEnd}: ${inSteps(growth)}`
    if (growth.byNeed) return { kind: 'pass', sentence: `${said}; ${byNeedOf(timeline)}` }
    switch (growth.kind) {
      case 'bounded':
        return { kind: 'pass', sentence: `processes at rest did not go on growing with the load (${growth.atEnd} at the end, ${growth.plateau} after the warm-up)` }
      case 'unsettled':
        return { kind: 'inconclusive', sentence: `${said}; spare workers, or a slow leak`, settledBy: 'more cycles, or a warm-up with more requests at once' }
      case 'proportional':
        return { kind: 'leak', sentence: said, survivors: growth.stayed.map((member) => ({ member, why: `child of ${member.parentPid}: ${member.command}`, bornIn: bornIn(timeline, member), ofGrowth: true })) }
      default:
        return growth.kind satisfies never
    }
  },
} satisfies Invariant

const isWorker = (member: Member): member is Process => isProcess(member) && member.request === null
