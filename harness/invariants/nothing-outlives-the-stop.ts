import type { Member, Process, Session } from '../timeline/member.ts'
import { bornIn, restsOf } from '../verdict/rest.ts'
import { isProcess, isSession, ownThroughout } from '../verdict/stay.ts'
import type { Invariant } from '../verdict/verdict.ts'
import { count } from '../verdict/words.ts'

/** What a SIGTERM leaves behind costs the next deployment and may have nothing to do with the load: hence a warning. What the load left is judged before the stop. */
export default {
  name: 'nothing outlives the stop',
  check: (timeline) => {
    const stopped = restsOf(timeline).findLast(({ reading }) => reading === 'stopped')
    if (stopped === undefined) return { kind: 'not judged', sentence: 'the application was not stopped within the record' }
    const left = ownThroughout(timeline, stopped, isLeft)
    if (left.length === 0) return { kind: 'pass', sentence: 'nothing of the application was left after its SIGTERM' }
    return {
      kind: 'warning',
      sentence: `${count(left.filter(isProcess).length, 'process', 'processes')} and ${count(left.filter(isSession).length, 'session')} outlived the application's SIGTERM`,
      survivors: left.map((member) => ({ member, why: 'still there after SIGTERM', bornIn: bornIn(timeline, member) })),
    }
  },
} satisfies Invariant

const isLeft = (member: Member): member is Process | Session => isProcess(member) || isSession(member)
