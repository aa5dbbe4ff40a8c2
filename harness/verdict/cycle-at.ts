import type { CycleSpan, Timeline } from '../timeline/timeline.ts'
import { countUpTo } from './in-order.ts'
import { remembered } from './remembered.ts'

/** The cycle in whose load or settle a moment lies, in milliseconds of the run; null before the first. */
export const cycleAt = (timeline: Timeline, atMs: number): number | null => lastOf(timeline, startsOf(timeline).atMs, atMs)

/** The same for a moment in epoch milliseconds. */
export const cycleAtEpoch = (timeline: Timeline, epochMs: number): number | null => lastOf(timeline, startsOf(timeline).epochMs, epochMs)

const lastOf = ({ cycles }: Timeline, startsMs: Float64Array, ms: number): number | null => cycles[countUpTo(startsMs, ms) - 1]?.cycle ?? null

const startsOf = remembered(({ cycles }: Timeline) => ({ atMs: rising(cycles, ({ startMs }) => startMs), epochMs: rising(cycles, ({ startedAtEpochMs }) => startedAtEpochMs) }))

/**
 * Danger: in a damaged record time may run backwards, and a bisection would lose its way. So no cycle is taken to begin later than any that follows it; of those that have begun, the
 * last stays the last.
 */
function rising(cycles: readonly CycleSpan[], of: (cycle: CycleSpan) => number): Float64Array {
  const starts = Float64Array.from(cycles, of)
  for (let i = starts.length - 2; i >= 0; i -= 1) starts[i] = Math.min(starts[i] as number, starts[i + 1] as number)
  return starts
}
