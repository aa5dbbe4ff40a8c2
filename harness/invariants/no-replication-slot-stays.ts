import type { Member, ReplicationSlot } from '../timeline/member.ts'
import { nothingAbove } from '../verdict/floor.ts'
import type { Invariant } from '../verdict/verdict.ts'
import { thousands } from '../verdict/words.ts'

/** A slot keeps the server's write-ahead log until the disk is full. One that a replica had before the load is the replica's. */
export default nothingAbove({
  name: 'no replication slot stays',
  called: 'replication slot',
  is: (member: Member): member is ReplicationSlot => member.kind === 'replication-slot',
  declaredBy: 'replicationSlots',
  mayBeMeant: true,
  why: ({ active, retainedBytes }) => `${active ? 'in use' : 'not in use'}, keeps ${thousands(retainedBytes / 1024)} KiB of WAL`,
}) satisfies Invariant
