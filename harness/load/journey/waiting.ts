// Part of journeys whose requests have moments of their own: no `node:` imports here.

/** A wall clock in whole milliseconds, which may be set at any time; and a sleep that ends no sooner than after what it was asked for, whatever the clock is set to meanwhile. */
export type Clock = { readonly nowMs: () => number; readonly sleepMs: (ms: number) => void }

/** Who has overslept by less is late, as on a machine that is too busy; nobody oversleeps by more. */
const mostOversleptMs = 60_000

/**
 * Waits for moments, in epoch milliseconds of where the clock stood at first, and gives how long after each it is. k6 has no monotonic clock for its scripts (v2.2.0: `Date`, `scenario.startTime`
 * and `currentTestRunDuration` are all of the wall clock), so that a step of it is told by what cannot be: that it is earlier than the end of a sleep, or much later than it can be. A step that
 * comes while a visit is at work leaves its user behind by as long as that visit took.
 * @param busyMs the longest that may pass between two waits
 */
export const waiting = ({ nowMs, sleepMs }: Clock, busyMs: number): ((momentMs: number) => number) => {
  let setByMs = 0
  let leftAtMs: number | null = null

  /** The time, where it must be `leastMs` by now, and no later than `mostMs` after it. */
  const look = (leastMs: number, mostMs: number): number => {
    const toldMs = nowMs() - setByMs
    if (toldMs >= Math.floor(leastMs) && toldMs <= leastMs + mostMs) return toldMs
    setByMs += toldMs - leastMs
    return leastMs
  }
  return momentMs => {
    const cameMs = leftAtMs === null ? nowMs() : look(leftAtMs, busyMs + mostOversleptMs)
    if (cameMs < momentMs) sleepMs(momentMs - cameMs)
    leftAtMs = look(Math.max(cameMs, momentMs), mostOversleptMs)
    // The clock tells whole milliseconds: one that has just begun is not late.
    return Math.max(0, leftAtMs - Math.ceil(momentMs))
  }
}
