import type { Opinion } from '../verdict/verdict.ts'
import { count, duration, thousands } from '../verdict/words.ts'
import { dueFrom, type ClaimFold } from './claim-fold.ts'
import { aggregationText, holds, spanText, type Claim } from './expression.ts'
import { openTally, partOf, valueOf, type LoadOnly, type Second } from './tally.ts'
import type { Threshold } from './thresholds.ts'
import { openWindows } from './windows.ts'

/**
 * A claim about the load of the measured cycles. Without a window it is about all of it together. A window is so many seconds of load, and each that is full is looked at:
 * the pauses between cycles are no load and are left out. The throughput (`http_reqs`) of a window would be cut short by such a pause, so there a window lies
 * within one cycle, without its first and last second, which are no whole ones.
 */
export function openLoadClaim({ metric, claim, abortAfterMs }: Threshold & { readonly metric: LoadOnly }): ClaimFold & { readonly second: (second: Second) => void; readonly cycleEnded: (loadMs: number | null) => void } {
  const whole = openTally(metric)
  const windows = claim.span === null ? null : openWindows(metric, claim, claim.span.ms / 1_000)
  const isDue = dueFrom(abortAfterMs)
  let secondsOfCycle = 0
  let secondsInAll = 0
  let msOfCycles = 0
  let ended: { readonly value: number; readonly requests: number } | null = null

  const value = () => valueOf(metric, claim, whole, msOfCycles + secondsOfCycle * 1_000)
  const isCrossed = (found: number | null): found is number => found !== null && !holds(claim.operator, found, claim.value)
  return {
    second: (one) => {
      secondsOfCycle += 1
      secondsInAll += 1
      const part = partOf(metric, one.routes)
      whole.put(part, 1)
      windows?.push(part, one)
      if (!isDue(secondsInAll * 1_000) || ended !== null) return
      const found = windows === null ? value() : (windows.worstCrossing()?.value ?? null)
      if (isCrossed(found)) ended = { value: found, requests: whole.ended() }
    },
    cycleEnded: (loadMs) => {
      msOfCycles += loadMs ?? secondsOfCycle * 1_000
      secondsOfCycle = 0
      windows?.cycleEnded()
    },
    endsLoad: () => ended !== null,
    opinion: (): Opinion => {
      const told = (found: number) => `${aggregationText(claim.aggregation)} was ${amount(metric, claim, found)}`
      // What came after the load was ended, such as the answers that were under way, does not take it back.
      if (ended !== null && windows === null) return { kind: 'crossed', sentence: `${told(ended.value)} over ${count(ended.requests, 'request')}, and ended the load` }
      if (windows === null) {
        const found = value()
        if (found === null) return noData(metric)
        return { kind: isCrossed(found) ? 'crossed' : 'pass', sentence: `${told(found)} over ${count(whole.ended(), 'request')}` }
      }
      if (value() === null) return noData(metric)
      const worst = windows.worst()
      if (worst === null) return { kind: 'inconclusive', sentence: `the load lasted ${duration(secondsInAll * 1_000)}, and no window of ${spanText(claim.span?.ms ?? 0)} is full${metric.name === 'http_reqs' ? ' within one cycle' : ''}`, settledBy: 'a longer run (--budget, or --profile nightly --for), or a shorter window' }
      const { crossed, looked } = windows.counts()
      if (crossed === 0) return { kind: 'pass', sentence: `${told(worst.value)} at worst, in ${count(looked, 'window')}` }
      return { kind: 'crossed', sentence: `${told(worst.value)} at worst, in the window that ended ${duration(worst.atMs)} into the run (cycle ${worst.cycle}); ${thousands(crossed)} of ${count(looked, 'window')} crossed it${ended === null ? '' : ', and ended the load'}` }
    },
  }
}

/** Four digits: a value that is just beyond its threshold must not look as if it were on it. */
function amount({ name }: LoadOnly, { aggregation }: Claim, value: number): string {
  const digits = (number: number) => (number >= 1_000 ? thousands(number) : String(Number(number.toPrecision(4))))
  switch (name) {
    case 'http_req_duration':
      return `${digits(value)} ms`
    case 'http_req_failed':
    case 'checks':
      return `${digits(value * 100)} %`
    case 'http_reqs':
      return aggregation.kind === 'rate' ? `${digits(value)} a second` : digits(value)
    default:
      return name satisfies never
  }
}

function noData({ name, route }: LoadOnly): Opinion {
  const ofRoute = route === null ? '' : ` of route "${route}"`
  const what = name === 'http_req_duration' ? 'was answered or timed out' : 'ended'
  return { kind: 'inconclusive', sentence: `no request${ofRoute} ${what} in a measured cycle: there is nothing to hold it against`, settledBy: `a run whose measured cycles send ${route === null ? 'requests' : `requests to "${route}"`} and see them end` }
}
