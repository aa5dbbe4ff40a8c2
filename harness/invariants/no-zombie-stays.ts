import { nothingAbove } from '../verdict/floor.ts'
import { isZombie } from '../verdict/stay.ts'
import type { Invariant } from '../verdict/verdict.ts'

export default nothingAbove({
  name: 'no zombie stays',
  called: 'zombie',
  is: isZombie,
  declaredBy: 'zombies',
  why: ({ parentPid }) => `dead, and its parent ${parentPid} has not reaped it`,
}) satisfies Invariant
