import type { Entry } from '../timeline/entry.ts'
import type { Facts } from '../timeline/facts.ts'
import { beginFold } from '../timeline/fold.ts'
import { judge } from './judge.ts'
import { loadInvariants } from './load-invariants.ts'
import { lingerMs, stayMs, transactionThresholdMs } from './thresholds.ts'

export type SoFar = {
  /** The judge would say leak if the record ended here. More data never takes that back. */
  readonly leakIsConfirmed: () => boolean
  /** A probe has lost its sight: whatever comes now, the run cannot pass. */
  readonly isBlind: () => boolean
  /** How long something must be seen to stay before it can be called left behind. */
  readonly maturityMs: () => number
}

/** The judge's view of a run that goes on: it may end the run early, and tells how long to wait. */
export async function followVerdict(facts: Facts, follow: (read: (entry: Entry) => void) => void): Promise<SoFar> {
  const invariants = await loadInvariants()
  const fold = beginFold(facts)
  follow(fold.add)
  return {
    leakIsConfirmed: () => judge(fold.timeline(), invariants).verdict === 'leak',
    isBlind: () => fold.timeline().sight.blind.length > 0,
    maturityMs: () => {
      const timeline = fold.timeline()
      return Math.max(transactionThresholdMs(timeline), lingerMs(timeline)) + stayMs
    },
  }
}
