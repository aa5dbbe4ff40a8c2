import type { Dose } from '../timeline/entry.ts'
import type { Opinion } from '../verdict/verdict.ts'
import { count, thousands } from '../verdict/words.ts'
import { dueFrom, type ClaimFold } from './claim-fold.ts'
import { aggregationText, holds } from './expression.ts'
import type { Metric } from './metric.ts'
import type { Threshold } from './thresholds.ts'

/**
 * A claim about planned requests of the measured cycles that were never sent. Their number is known once a cycle is through. A load that was ended has left out what it left out:
 * only cycles whose generator came to its end count.
 */
export function openDroppedClaim({ metric, claim, abortAfterMs }: Threshold & { readonly metric: Extract<Metric, { kind: 'dropped' }> }): ClaimFold & { readonly dose: (dose: Dose) => void } {
  const isDue = dueFrom(abortAfterMs)
  let planned = 0
  let dropped = 0
  let loadMs = 0
  let ends = false

  const value = (): number | null => {
    if (planned === 0) return null
    if (claim.aggregation.kind === 'count') return dropped
    return loadMs === 0 ? null : (1_000 * dropped) / loadMs
  }
  const isCrossed = (found: number | null): boolean => found !== null && !holds(claim.operator, found, claim.value)
  return {
    dose: (dose) => {
      if (dose.generator.kind !== 'completed') return
      planned += dose.planned
      dropped += dose.dropped
      loadMs += dose.loadMs ?? 0
      ends ||= isCrossed(value()) && isDue(loadMs)
    },
    endsLoad: () => ends,
    opinion: (): Opinion => {
      const found = value()
      if (found === null) return { kind: 'inconclusive', sentence: `no measured cycle sent its load to the end: there is nothing to hold ${metric.name} against`, settledBy: 'a run with measured cycles that come to their end' }
      const told = claim.aggregation.kind === 'count' ? thousands(found) : `${Number(found.toPrecision(4))} a second`
      return { kind: isCrossed(found) ? 'crossed' : 'pass', sentence: `${aggregationText(claim.aggregation)} was ${told}, of ${count(planned, 'planned request')}${ends ? '; it ended the load' : ''}` }
    },
  }
}
