import type { Member, PreparedTransaction } from '../timeline/member.ts'
import { nothingAbove } from '../verdict/floor.ts'
import type { Invariant } from '../verdict/verdict.ts'
import { duration } from '../verdict/words.ts'

/** A prepared transaction holds its locks and its snapshot without any session, even through restarts, until somebody ends it by its name. */
export default nothingAbove({
  name: 'no prepared transaction stays',
  called: 'prepared transaction',
  is: (member: Member): member is PreparedTransaction => member.kind === 'prepared-transaction',
  declaredBy: 'preparedTransactions',
  why: ({ id, owner, ageMs }) => `${id}, prepared by ${owner} ${duration(ageMs)} ago; ROLLBACK PREPARED ends it`,
}) satisfies Invariant
