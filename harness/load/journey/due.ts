// Part of journeys whose requests have moments of their own: runs in k6's own runtime, which is not Node.
import { sleep } from 'k6'
import exec from 'k6/execution'
import { waiting } from './waiting.ts'

/** All users are there by then, so that the first request is not late for its user's first steps. */
const leadMs = 50

/**
 * One of these a user. It waits for a moment of this cycle, in milliseconds since its beginning, and gives how long after it it is, which is more than a moment only where no user was free.
 * @param busyMs the longest that a visit may take
 */
export const waitingFor = (busyMs: number): ((momentMs: number) => number) => {
  const wait = waiting({ nowMs: Date.now, sleepMs: ms => sleep(ms / 1_000) }, busyMs)
  /** Asked for once: k6 builds `exec.scenario` anew each time, at the cost of the request itself. */
  let startMs: number | undefined
  return momentMs => wait((startMs ??= exec.scenario.startTime + leadMs) + momentMs)
}
