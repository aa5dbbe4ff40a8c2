import type { Beat, Phase } from './entry.ts'
import type { Facts } from './facts.ts'
import type { Stamped, Timeline } from './timeline.ts'

/** No process has more; a damaged record may say so. */
const most = 10_000
/** A night may leave more; these tell as much. */
const mostLeft = 100_000

/**
 * Between which moments each of the sockets in CLOSE_WAIT appeared that a load had left when it came to rest, or that were still there before the controls: no look gives them an identity, but beats count
 * them several times a second. Which of them goes is not known; but what was left at a rest is what stays, and only those that came after it come and go with the next load. Those that a
 * later load takes away were left all the same.
 */
export function halfClosedSince({ startedAt, probes }: Facts) {
  const epochMs = Date.parse(startedAt)
  const leftByLoads: Since[] = []
  let since: readonly Since[] = []
  let settled = 0
  let [lastMs, oneBeforeMs] = [Number.NaN, Number.NaN]
  let readings = 0
  let over = !probes.includes('processes')
  const changeTo = (now: number, atMs: number): void => {
    const left = withoutAny(since.slice(0, settled), settled - now)
    const came = withoutAny(since.slice(settled), since.length - Math.max(settled, now))
    // What the beat before told was asked for after the one before that was recorded: it was not there then, and is now.
    const fresh = Array.from({ length: Math.max(0, now - since.length) }, () => ({ afterMs: epochMs + (Number.isNaN(oneBeforeMs) ? 0 : oneBeforeMs), byMs: epochMs + atMs }))
    settled = left.length
    since = [...left, ...came, ...fresh]
  }
  return {
    phase: ({ phase, edge }: Phase): void => {
      over ||= edge === 'start' && (phase === 'control' || phase === 'stop' || phase === 'tear-down')
      if (phase !== 'settle' || edge !== 'end' || over) return
      leftByLoads.push(...since.slice(settled, settled + mostLeft - leftByLoads.length))
      settled = since.length
    },
    beat: ({ counters, missed, atMs }: Stamped<Beat>): void => {
      if (over || missed?.includes('processes')) return
      // A beat that tells of earlier connections is as good as none. Records from before there were such beats count none of their readings.
      const counted = counters['app.connection-readings'] ?? readings
      if (readings > 0 && counted === readings) return
      readings = counted
      // A counter that has not changed is left out of a beat.
      const now = Math.min(most, counters['app.close-wait'] ?? since.length)
      if (now !== since.length) changeTo(now, atMs)
      oneBeforeMs = lastMs
      lastMs = atMs
    },
    now: (): Timeline['halfClosedSince'] => [...leftByLoads, ...since.slice(settled)],
  }
}

type Since = Timeline['halfClosedSince'][number]

/** So many of these have gone, whichever: of those that stay the nth oldest came no sooner than the nth of all, and no later than the one that it is if all of the oldest went. */
const withoutAny = (all: readonly Since[], gone: number): readonly Since[] => all.slice(Math.max(0, gone)).map(({ byMs }, n) => ({ afterMs: all[n]?.afterMs ?? byMs, byMs }))
