import type { Facts } from '../timeline/facts.ts'
import type { Entry } from '../timeline/entry.ts'
import { beginFold } from '../timeline/fold.ts'
import type { Damage } from '../timeline/reader.ts'
import { judge } from '../verdict/judge.ts'
import type { Invariant } from '../verdict/verdict.ts'

/** When a leak was certain for the first time: seconds of the run, and requests sent until then. */
export type Detection = { readonly afterS: number; readonly afterRequests: number }

/** Judges a record as it grew, at the end of each rest: a leak that is certain is never taken back. null: it never was. */
export async function detectionIn(facts: Facts, entries: AsyncIterable<Entry | Damage>, invariants: readonly Invariant[]): Promise<Detection | null> {
  const fold = beginFold(facts)
  let sent = 0
  for await (const entry of entries) {
    fold.add(entry)
    if ('damage' in entry) continue
    if (entry.kind === 'dose') sent += entry.planned - entry.dropped
    const rested = (entry.kind === 'phase' && entry.edge === 'end' && (entry.phase === 'settle' || entry.phase === 'stop')) || entry.kind === 'end'
    if (rested && judge(fold.timeline(), invariants).verdict === 'leak') return { afterS: Math.round(entry.atMs) / 1000, afterRequests: sent }
  }
  return null
}
