import type { Beat, Blind, Phase } from './entry.ts'
import type { Sight, Stamped } from './timeline.ts'

/**
 * Measures the holes between beats from the start of the baseline to the end of the control. Before that nothing is
 * judged by beats; after it the application is being stopped, and the agent may well go with it.
 */
export function samplerWatch(probes: readonly string[]) {
  const seenAtMs = new Map<string, number>()
  const longest = new Map<string, number>()
  const missedBeats: Record<string, number> = {}
  const blind: Stamped<Blind>[] = []
  let beats = 0
  let longestLagMs: number | null = null
  const peakBytes = { generators: 0, harness: 0 }
  let state: 'not yet' | 'watching' | 'over' = 'not yet'

  const gapUntil = (probe: string, atMs: number): number => Math.max(longest.get(probe) ?? 0, atMs - (seenAtMs.get(probe) ?? atMs))
  return {
    phase: ({ phase, edge, atMs }: Stamped<Phase>): void => {
      if (state === 'not yet' && edge === 'start' && (phase === 'baseline' || phase === 'cycle')) {
        state = 'watching'
        for (const probe of probes) seenAtMs.set(probe, atMs)
      }
      const over = (phase === 'control' && edge === 'end') || (edge === 'start' && (phase === 'stop' || phase === 'tear-down'))
      if (state === 'watching' && over) {
        for (const probe of probes) longest.set(probe, gapUntil(probe, atMs))
        state = 'over'
      }
    },
    beat: ({ missed, counters, atMs }: Stamped<Beat>): void => {
      if (state !== 'watching') return
      beats += 1
      const lagMs = counters['load.lag-ms']
      peakBytes.generators = Math.max(peakBytes.generators, counters['load.generator-rss-bytes'] ?? 0)
      peakBytes.harness = Math.max(peakBytes.harness, counters['harness.rss-bytes'] ?? 0)
      if (lagMs !== undefined) longestLagMs = Math.max(longestLagMs ?? 0, lagMs)
      for (const probe of probes) {
        if (missed?.includes(probe)) {
          missedBeats[probe] = (missedBeats[probe] ?? 0) + 1
        } else {
          longest.set(probe, gapUntil(probe, atMs))
          seenAtMs.set(probe, atMs)
        }
      }
    },
    blind: (one: Stamped<Blind>): void => {
      if (state !== 'over') blind.push(one)
    },
    /** A sampler that stopped before its time has left a hole that reaches up to now. */
    until: (atMs: number): Sight => ({
      beats,
      longestGapMs: state === 'not yet' ? {} : Object.fromEntries(probes.map((probe) => [probe, state === 'over' ? (longest.get(probe) ?? 0) : gapUntil(probe, atMs)])),
      missedBeats: { ...missedBeats },
      longestLagMs,
      peakBytes: { ...peakBytes },
      blind: [...blind],
    }),
  }
}
