import type { Entry } from '../timeline/entry.ts'
import type { Facts } from '../timeline/facts.ts'
import { beginFold } from '../timeline/fold.ts'
import { isConfirmed } from './confirmed.ts'
import { judge } from './judge.ts'
import { loadInvariants } from './load-invariants.ts'
import { isEnough } from './sure.ts'
import { lingerMs, stayMs, transactionThresholdMs } from './thresholds.ts'

/** What the judge says of a run that goes on, from its record so far. */
export type SoFar = {
  /** Whether the judge would say leak if the record ended here, and more data could not take that back. */
  readonly leakIsConfirmed: () => boolean
  /** Whether nothing is left and the sequential test is certain of it, so that further requests would prove nothing more that was asked for. */
  readonly isSure: () => boolean
  /** Whether a probe has lost its sight: then the run cannot pass any more, whatever comes. */
  readonly isBlind: () => boolean
  /** How long something must be seen to stay before it can be called left behind, in milliseconds. */
  readonly maturityMs: () => number
}

/** Follows a run with the judge while it goes on. The run asks whether it may end early, and how long it has to wait. `follow` is given the reader of all entries from now on. */
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

/** Invariants that are inconclusive in every run until its end. Any other that is inconclusive may be settled by the cycles to come. */
const comesAtTheEnd = new Set(['the planted leak was found', 'the record is whole', 'the dose was delivered', 'no place of the pool is lost'])
