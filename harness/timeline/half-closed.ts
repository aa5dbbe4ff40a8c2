import type { Beat, Phase } from './entry.ts'
import type { Facts } from './facts.ts'
import type { Stamped, Timeline } from './timeline.ts'

/** No process has more; a damaged record may say so. */
const most = 10_000

/**
 * When each of the sockets in CLOSE_WAIT appeared that were still there before the controls: no look gives them an identity, but beats count them several times a second. As
 * one goes, the last that came is taken to have gone: those that stay are the oldest.
 */
export function halfClosedSince({ startedAt, probes }: Facts) {
  const epochMs = Date.parse(startedAt)
  const since: { readonly afterMs: number; readonly byMs: number }[] = []
  let [lastMs, oneBeforeMs] = [Number.NaN, Number.NaN]
  let readings = 0
  let over = !probes.includes('processes')
  return {
    phase: ({ phase, edge }: Phase): void => {
      over ||= edge === 'start' && (phase === 'control' || phase === 'stop' || phase === 'tear-down')
    },
    beat: ({ counters, missed, atMs }: Stamped<Beat>): void => {
      if (over || missed?.includes('processes')) return
      // A beat that tells of earlier connections is as good as none. Records from before there were such beats count none of their readings.
      const counted = counters['app.connection-readings'] ?? readings
      if (readings > 0 && counted === readings) return
      readings = counted
      // A counter that has not changed is left out of a beat.
      const now = Math.min(most, counters['app.close-wait'] ?? since.length)
      since.length = Math.min(since.length, now)
      // What the beat before told was asked for after the one before that was recorded: it was not there then, and is now.
      while (since.length < now) since.push({ afterMs: epochMs + (Number.isNaN(oneBeforeMs) ? 0 : oneBeforeMs), byMs: epochMs + atMs })
      oneBeforeMs = lastMs
      lastMs = atMs
    },
    now: (): Timeline['halfClosedSince'] => [...since],
  }
}
