import type { Member } from './member.ts'

/** When something began, in epoch milliseconds, and by how much that may be wrong on the load generator's clock. */
export type Begun = { readonly epochMs: number; readonly withinMs: number }

/** Ages are rounded to a millisecond, and so is the clock that they are taken from. */
export const ofTheServerMs = 2
/** The kernel counts starts of processes in ticks of 10 ms, from a boot whose moment is known to 10 ms. */
const ofTheKernelMs = 15

/** When a session's transaction began, a transaction was prepared or a process started. null where that is not known, or only by a clock that is not the load's. */
export function begunOf(member: Member): Begun | null {
  switch (member.kind) {
    case 'session':
      return member.seenAtMs === undefined || member.transactionAgeMs === null ? null : { epochMs: member.seenAtMs - member.transactionAgeMs, withinMs: ofTheServerMs }
    case 'prepared-transaction':
      return member.seenAtMs === undefined ? null : { epochMs: member.seenAtMs - member.ageMs, withinMs: ofTheServerMs }
    case 'process':
      return { epochMs: member.startedAtMs, withinMs: ofTheKernelMs }
    case 'logged-session':
    case 'replication-slot':
    case 'temporary-table':
    case 'table':
    case 'server':
    case 'place':
    case 'other':
      return null
    default:
      return member satisfies never
  }
}
