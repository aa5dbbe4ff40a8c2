import type { Facts } from '../timeline/facts.ts'
import type { Entry } from '../timeline/entry.ts'
import { beginFold } from '../timeline/fold.ts'
import type { Damage } from '../timeline/reader.ts'
import { isConfirmed } from '../verdict/confirmed.ts'
import { judge } from '../verdict/judge.ts'
import { sentBy } from '../verdict/sent.ts'
import type { Invariant } from '../verdict/verdict.ts'

/** When a leak was certain for the first time: after how many seconds of the run, and how many requests. */
export type Detection = { readonly afterS: number; readonly afterRequests: number }

/** Judges a record as it grew: at the end of each rest for a leak that more data never takes back, and at its own end for any leak. null if none was ever certain. */
export async function detectionIn(facts: Facts, entries: AsyncIterable<Entry | Damage>, invariants: readonly Invariant[]): Promise<Detection | null> {
  const fold = beginFold(facts)
  let sent = 0
  for await (const entry of entries) {
    fold.add(entry)
    if ('damage' in entry) continue
    if (entry.kind === 'dose') sent += sentBy(entry)
    const rested = entry.kind === 'phase' && entry.edge === 'end' && (entry.phase === 'settle' || entry.phase === 'stop')
    if (!rested && entry.kind !== 'end') continue
    const findings = judge(fold.timeline(), invariants)
    if (entry.kind === 'end' ? findings.verdict === 'leak' : isConfirmed(findings)) return { afterS: Math.round(entry.atMs) / 1000, afterRequests: sent }
  }
  return null
}
