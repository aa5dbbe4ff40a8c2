// Part of journeys whose requests have moments of their own: runs in k6's own runtime, which is not Node.
import { sleep } from 'k6'
import exec from 'k6/execution'

/** All users are there by then, so that the first request is not late for its user's first steps. */
const leadMs = 50

/** Waits for a moment of this cycle, in milliseconds since its beginning. Gives how long after it it is, which is more than a moment only where no user was free. */
export const waitFor = (momentMs: number): number => {
  startMs ??= exec.scenario.startTime + leadMs
  const dueMs = startMs + momentMs
  const earlyMs = dueMs - Date.now()
  if (earlyMs > 0) sleep(earlyMs / 1_000)
  // Clocks here tell whole milliseconds: one that has just begun is not late.
  return Math.max(0, Date.now() - Math.ceil(dueMs))
}

/** Asked for once a user: k6 builds `exec.scenario` anew each time, at the cost of the request itself. */
let startMs: number | undefined
