import type { Timeline } from '../timeline/timeline.ts'
import { measuredDoses } from './measured-doses.ts'
import { enoughSteps } from './growth.ts'
import { untouchedRests } from './rest.ts'
import { type Sequential, sequentialTest } from './statistics/sequential.ts'

/** The sequential test of a run so far, over the requests of cycles that came to rest and what these left. Requests in flight, and those not looked after yet, do not count. */
export function sequentialOf(timeline: Timeline, leftBehind: number): Sequential {
  const rested = new Set(untouchedRests(timeline).flatMap(({ quiet, cycle }) => (quiet && cycle !== null ? [cycle] : [])))
  const requests = timeline.doses.filter(({ cycle }) => rested.has(cycle)).reduce((sum, { counted }) => sum + counted, 0)
  return sequentialTest(leftBehind, requests)
}

/**
 * Whether a run in which nothing is left has seen enough to end before its plan does. The sequential test is about leaks by the request; growth needs its cycles all the same, and what
 * shows only with the most requests at once needs the largest dose.
 */
export function isEnough(timeline: Timeline): boolean {
  const dosed = measuredDoses(timeline).filter(({ counted }) => counted > 0)
  const largest = Math.max(...timeline.facts.doses)
  return dosed.length >= enoughSteps && dosed.some(({ planned }) => planned >= largest) && sequentialOf(timeline, 0).kind === 'accept'
}
