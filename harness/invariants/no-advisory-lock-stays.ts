import type { Member, Session } from '../timeline/member.ts'
import { nothingAbove } from '../verdict/floor.ts'
import { isSession } from '../verdict/stay.ts'
import type { Invariant } from '../verdict/verdict.ts'
import { count } from '../verdict/words.ts'

/** A lock of a session goes back into the pool with it. An elected leader holds one for good, by design. */
export default nothingAbove({
  name: 'no advisory lock stays',
  called: 'advisory lock',
  is: (member: Member): member is Session => isSession(member) && member.advisoryLocks > 0,
  weight: ({ advisoryLocks }) => advisoryLocks,
  holds: 'locks',
  declaredBy: 'advisoryLocks',
  mayBeMeant: true,
  why: ({ advisoryLocks, state, query }) => `holds ${count(advisoryLocks, 'advisory lock')} while ${state}; last: ${query}`,
}) satisfies Invariant
