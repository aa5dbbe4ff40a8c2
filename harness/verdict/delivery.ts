import type { Dose } from '../timeline/entry.ts'
import { faultsOf } from '../timeline/faults.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { measuredDoses } from './measured-doses.ts'
import { rudeWords } from './rude-words.ts'
import { count, list, thousands } from './words.ts'

/** What became of the requests that a run had planned for its measured cycles. */
export type Delivery = {
  readonly timeline: Timeline
  readonly doses: readonly Dose[]
  readonly planned: number
  readonly counted: number
  /** Of the planned requests those that counted; NaN where none was planned. */
  readonly share: number
  /** Measured cycles that never ran. */
  readonly missing: number
}

export function deliveryOf(timeline: Timeline): Delivery {
  const doses = measuredDoses(timeline)
  const planned = doses.reduce((sum, dose) => sum + dose.planned, 0)
  const counted = doses.reduce((sum, dose) => sum + dose.counted, 0)
  return { timeline, doses, planned, counted, share: counted / planned, missing: timeline.facts.doses.length - doses.length }
}

/** `160 of 160 planned requests were answered as expected (100 %)`, and how. */
export function deliveryWords({ timeline, doses, planned, counted, share, missing }: Delivery): string {
  const early = missing > 0 ? `; ${count(missing, 'cycle')} of ${timeline.facts.doses.length} left out, as the sequential test was sure` : ''
  const rude = rudeWords(timeline.rude)
  return `${thousands(counted)} of ${thousands(planned)} planned requests were answered as expected (${percent(share)})${punctuality(doses)}${early}${rude === null ? '' : `; rude clients: ${rude}`}`
}

/** What became of the others: `: 9 answered otherwise and 3 reset`; nothing where the record does not tell. */
export function lostWords({ doses }: Delivery): string {
  const lost = (['timedOut', 'unexpected', 'broken', 'dropped'] as const).flatMap((how) => {
    const n = doses.reduce((sum, dose) => sum + dose[how], 0)
    if (how === 'broken') return faultsOf(brokenIn(doses)).map(({ word, times }) => `${thousands(times)} ${word}`)
    return n > 0 ? [`${thousands(n)} ${wordFor[how]}`] : []
  })
  return lost.length > 0 ? `: ${list(lost)}` : ''
}

/** Never rounded up: 94.96 % is not 95 %. */
export const percent = (share: number): string => `${Math.floor(share * 1000) / 10} %`

/** How punctually requests of an open model were sent. Of the cycles' 99th percentiles the worst is told, since percentiles cannot be added up. */
function punctuality(doses: readonly Dose[]): string {
  const late = doses.flatMap(({ lateness }) => lateness ?? [])
  if (late.length === 0) return ''
  const [p99Ms, maxMs] = [Math.max(...late.map((one) => one.p99Ms)), Math.max(...late.map((one) => one.maxMs))]
  return `, 99 % of them sent within ${thousands(Math.ceil(p99Ms))} ms of their moments, from which latencies are counted, the latest after ${thousands(Math.ceil(maxMs))} ms`
}

/** How many requests broke in all of these doses, by fault. */
function brokenIn(doses: readonly Dose[]): Pick<Dose, 'broken' | 'faults'> {
  const faults: Record<string, number> = {}
  for (const [code, times] of doses.flatMap((dose) => Object.entries(dose.faults ?? {}))) faults[code] = (faults[code] ?? 0) + times
  return { broken: doses.reduce((sum, dose) => sum + dose.broken, 0), ...(Object.keys(faults).length > 0 && { faults }) }
}

const wordFor = { timedOut: 'timed out', unexpected: 'answered otherwise', dropped: 'never started' }
