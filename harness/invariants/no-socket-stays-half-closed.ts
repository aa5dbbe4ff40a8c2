import type { Member, Process } from '../timeline/member.ts'
import { nothingAbove } from '../verdict/floor.ts'
import { isProcess } from '../verdict/stay.ts'
import type { Invariant } from '../verdict/verdict.ts'
import { count } from '../verdict/words.ts'

/** CLOSE_WAIT: the other side has hung up and the application has not. The kernel keeps such a socket for ever. */
export default nothingAbove({
  name: 'no socket stays half closed',
  called: ['socket in CLOSE_WAIT', 'sockets in CLOSE_WAIT'],
  is: (member: Member): member is Process => isProcess(member) && member.closeWait > 0,
  weight: ({ closeWait }) => closeWait,
  holds: 'sockets',
  declaredBy: 'closeWait',
  why: ({ closeWait }) => `holds ${count(closeWait, 'socket')} in CLOSE_WAIT`,
}) satisfies Invariant
