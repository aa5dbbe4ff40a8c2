import { probeOf } from '../timeline/counters.ts'
import type { Beat } from '../timeline/entry.ts'
import type { Stamped } from '../timeline/timeline.ts'
import { patienceMs } from '../verdict/thresholds.ts'
import type { Opinion } from '../verdict/verdict.ts'
import { count, duration, thousands } from '../verdict/words.ts'
import { dueFrom, type ClaimFold } from './claim-fold.ts'
import { holds, type Operator } from './expression.ts'
import type { Metric } from './metric.ts'
import type { Threshold } from './thresholds.ts'

/**
 * A claim about a counter of the server's side, in the measured cycles and the settles after them. `value<80` is crossed by one reading of 80 or more; `value<80 for 30s` by
 * readings of 80 or more that follow each other for 30 s, from the first of them to the last. Between two readings more than 5 s apart, or where the probe gave no
 * answer, nothing is known, and what was out of bounds before is not held to have gone on.
 */
export function openCounterClaim({ metric, claim, abortAfterMs }: Threshold & { readonly metric: Extract<Metric, { kind: 'counter' }> }): ClaimFold & { readonly beat: (beat: Stamped<Beat>, measured: boolean) => void } {
  const probe = probeOf(metric.name)
  const forMs = claim.span?.ms ?? null
  const isDue = dueFrom(abortAfterMs)
  // A beat carries what has changed.
  let value: number | null = null
  let firstAtMs: number | null = null
  let lastAtMs: number | null = null
  let outSinceMs: number | null = null
  let watchedMs = 0
  let readings = 0
  let extreme: number | null = null
  let longest = { ms: 0, fromMs: 0 }
  let crossed = false
  let ends = false

  const read = (found: number, atMs: number) => {
    const isNext = lastAtMs !== null && atMs - lastAtMs <= patienceMs
    if (isNext && lastAtMs !== null) watchedMs += atMs - lastAtMs
    else outSinceMs = null
    firstAtMs ??= atMs
    lastAtMs = atMs
    readings += 1
    extreme = worseOf(claim.operator, extreme, found)
    if (holds(claim.operator, found, claim.value)) return void (outSinceMs = null)
    outSinceMs ??= atMs
    if (atMs - outSinceMs >= longest.ms) longest = { ms: atMs - outSinceMs, fromMs: outSinceMs }
    crossed ||= forMs === null || longest.ms >= forMs
  }
  return {
    beat: ({ counters, missed = [], atMs }, measured) => {
      value = counters[metric.name] ?? value
      const isSeen = measured && value !== null && (probe === null || !missed.includes(probe))
      if (isSeen && value !== null) read(value, atMs)
      else lastAtMs = outSinceMs = null
      ends ||= crossed && firstAtMs !== null && isDue(atMs - firstAtMs)
    },
    endsLoad: () => ends,
    opinion: (): Opinion => {
      if (readings === 0) return { kind: 'inconclusive', sentence: `there is no reading of ${metric.name} in a measured cycle: nothing to hold it against`, settledBy: 'a run with measured cycles whose probes see it' }
      const told = `${thousands(extreme ?? 0)} at worst, in ${count(readings, 'reading')}`
      const outFor = longest.ms === 0 ? '' : `, out of bounds for ${duration(longest.ms)} on end from ${duration(longest.fromMs)} into the run`
      if (crossed) return { kind: 'crossed', sentence: `${told}${outFor}${ends ? '; it ended the load' : ''}` }
      if (forMs !== null && watchedMs < forMs) return { kind: 'inconclusive', sentence: `it was watched for ${duration(watchedMs)}, in which it could not be out of bounds for ${duration(forMs)}`, settledBy: 'a longer run (--budget, or --profile nightly --for), or a shorter time' }
      return { kind: 'pass', sentence: `${told}${outFor}` }
    },
  }
}

function worseOf(operator: Operator, one: number | null, other: number): number {
  if (one === null) return other
  switch (operator) {
    case '<':
    case '<=':
      return Math.max(one, other)
    case '>':
    case '>=':
      return Math.min(one, other)
    case '==':
    case '!=':
      return other
    default:
      return operator satisfies never
  }
}
