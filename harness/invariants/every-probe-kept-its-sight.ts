import type { Timeline } from '../timeline/timeline.ts'
import { patienceMs } from '../verdict/thresholds.ts'
import type { Invariant } from '../verdict/verdict.ts'
import { count, duration, inOrder, list } from '../verdict/words.ts'

/**
 * What stays is judged on looks, which must all be there and complete. Beats show what happens in between: how old
 * healthy transactions grow, and when something was born. On a loaded machine beats come late, and a late beat hides
 * nothing that looks would not show; but a hole longer than the youngest age that is ever blamed (5 s) could hide a
 * whole life, and a probe that answers less than every other time is not watching.
 */
export default {
  name: 'every probe kept its sight',
  check: (timeline) => {
    const { sight, facts } = timeline
    const blind = sight.blind.map(({ probe, reason }) => `${probe} went blind (${reason})`)
    const holes = facts.probes.filter((probe) => gapOf(timeline, probe) > patienceMs).map((probe) => `${probe} saw nothing for ${duration(gapOf(timeline, probe))}`)
    const absent = facts.probes.filter((probe) => (sight.missedBeats[probe] ?? 0) * 2 > sight.beats).map((probe) => `${probe} missed ${count(sight.missedBeats[probe] ?? 0, 'beat')} of ${sight.beats}`)
    const incomplete = incompleteLooks(timeline)
    const faults = [...blind, ...holes, ...absent, ...incomplete].sort(inOrder)

    if (facts.probes.length === 0) return { kind: 'inconclusive', sentence: 'the run names no probe: nothing was watched', settledBy: 'a run with probes' }
    if (sight.beats === 0) return { kind: 'inconclusive', sentence: 'the sampler never beat while the run was watched', settledBy: 'run again; see the log of the run' }
    if (faults.length > 0) return { kind: 'inconclusive', sentence: list(faults), settledBy: 'run again with the probe connected, on a machine with a core to spare' }
    const longest = Math.max(...facts.probes.map((probe) => gapOf(timeline, probe)))
    return { kind: 'pass', sentence: `${count(sight.beats, 'beat')} of ${count(facts.probes.length, 'probe')}, never more than ${duration(longest)} apart` }
  },
} satisfies Invariant

/** A probe that never answered has no gap on record: its hole is the whole run. */
const gapOf = ({ sight }: Timeline, probe: string): number => sight.longestGapMs[probe] ?? Number.POSITIVE_INFINITY

/** A counter that one look has and another lacks means that a probe gave no answer there. The application's end is no fault of a probe's. */
function incompleteLooks({ looks }: Timeline): readonly string[] {
  const running = looks.filter(({ reading }) => reading !== 'stopped')
  const counters = [...new Set(running.flatMap((look) => Object.keys(look.counters)))].sort(inOrder)
  return counters.flatMap((counter) => {
    const without = running.filter((look) => look.counters[counter] === undefined).length
    return without === 0 ? [] : [`${count(without, 'look')} of ${running.length} had no ${counter}`]
  })
}
