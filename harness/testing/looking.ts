import type { Entry, Look } from '../timeline/entry.ts'
import type { Stamped, Timeline } from '../timeline/timeline.ts'
import { entriesOf, factsOf, fold, type Run } from './timeline-of.ts'

/** A run whose looks were changed afterwards; one that is changed to null was never made. */
export function looking(change: (look: Stamped<Look>) => Look | null, run: Run = {}): Timeline {
  const entries = entriesOf(run).flatMap((entry): readonly Entry[] => {
    if (entry.kind !== 'look') return [entry]
    const changed = change(entry)
    return changed === null ? [] : [{ ...entry, ...changed }]
  })
  return fold(factsOf(run), entries.map((entry, n) => ({ ...entry, n })))
}

/** A run whose looks carry these counters as well. */
export const counting = (counters: (look: Stamped<Look>) => Readonly<Record<string, number>>, run: Run = {}): Timeline =>
  looking((look) => ({ ...look, counters: { ...look.counters, ...counters(look) } }), run)
