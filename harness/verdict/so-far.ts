import type { Entry } from '../timeline/entry.ts'
import type { Facts } from '../timeline/facts.ts'
import { beginFold } from '../timeline/fold.ts'
import { isConfirmed } from './confirmed.ts'
import { judge } from './judge.ts'
import { loadInvariants } from './load-invariants.ts'
import { isEnough } from './sure.ts'
import { lingerMs, stayMs, transactionThresholdMs } from './thresholds.ts'

export type SoFar = {
  /** The judge would say leak if the record ended here, and more data never takes that back. */
  readonly leakIsConfirmed: () => boolean
  /** Nothing is left, and the sequential test is sure enough of it: further requests would buy no more than was asked for. */
  readonly isSure: () => boolean
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
    leakIsConfirmed: () => isConfirmed(judge(fold.timeline(), invariants)),
    isSure: () => {
      const timeline = fold.timeline()
      if (!isEnough(timeline)) return false
      const { verdict, findings } = judge(timeline, invariants)
      return verdict !== 'leak' && findings.every(({ kind, invariant }) => kind !== 'inconclusive' || comesAtTheEnd.has(invariant))
    },
    isBlind: () => fold.timeline().sight.blind.length > 0,
    maturityMs: () => {
      const timeline = fold.timeline()
      return Math.max(transactionThresholdMs(timeline), lingerMs(timeline)) + stayMs
    },
  }
}

/** What no run can have before its end. Anything else that is inconclusive may be settled by the cycles to come. */
const comesAtTheEnd = new Set(['the planted leak was found', 'the record is whole', 'the dose was delivered', 'no place of the pool is lost'])
