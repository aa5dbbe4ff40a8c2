import type { Member, Process } from '../timeline/member.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { remedyOfTrouble, troubleBesideBlindness } from '../verdict/server-trouble.ts'
import { runningLooks, untouchedRests } from '../verdict/rest.ts'
import { isProcess, ownThroughout } from '../verdict/stay.ts'
import { patienceMs } from '../verdict/thresholds.ts'
import type { Invariant } from '../verdict/verdict.ts'
import { count, duration, inOrder, list } from '../verdict/words.ts'

/**
 * What is left behind is judged on looks, which must all be there and complete. Beats show what happens in between: how old healthy transactions grow, and when something was born. On a
 * busy machine beats come late, and a late beat hides nothing that looks would show. But a gap longer than the youngest age that is ever blamed (5 s) could hide a whole life, and a
 * probe that answers less than every other time is not watching.
 */
export default {
  name: 'every probe kept its sight',
  isCause: true,
  check: (timeline) => {
    const { sight, facts } = timeline
    const probes = [...new Set([...facts.probes, ...sight.blind.map(({ probe }) => probe)])].sort(inOrder)
    const unseeing = probes.map((probe) => faultOf(timeline, probe)).filter((fault) => fault !== null)
    const faults = unseeing.length > 0 ? unseeing : incompleteLooks(timeline)

    const closed = unread(timeline)

    if (facts.probes.length === 0) return { kind: 'inconclusive', sentence: 'the run names no probe: nothing was watched', settledBy: 'a run with probes' }
    if (sight.beats === 0 && timeline.endedEarly === 'load broken') return { kind: 'not judged', sentence: 'the load broke before anything was measured' }
    if (sight.beats === 0) return { kind: 'inconclusive', sentence: 'the sampler never beat while the run was watched', settledBy: 'run again; see the log of the run' }
    if (faults.length > 0) return { kind: 'inconclusive', sentence: `${list(faults)}${troubleBesideBlindness(timeline)}`, settledBy: remedyOfTrouble(timeline, 'run again with the probe connected, on a machine with a core to spare') }
    if (closed.length > 0)
      return {
        kind: 'inconclusive',
        sentence: `what ${count(closed.length, 'process', 'processes')} had open could not be read, so that descriptors, sockets and sessions of ${closed.length === 1 ? 'it' : 'theirs'} were out of sight: ${list(closed.map(({ pid, command }) => `pid ${pid} (${command})`), 2)}`,
        settledBy: 'run as root, or as the user that the application runs as',
      }
    const longest = Math.max(...facts.probes.map((probe) => gapOf(timeline, probe)))
    return { kind: 'pass', sentence: `${count(sight.beats, 'beat')} of ${count(facts.probes.length, 'probe')}, never more than ${duration(longest)} apart` }
  },
} satisfies Invariant

/** The worst fault of a probe's sight, in words; null where it has none. */
function faultOf(timeline: Timeline, probe: string): string | null {
  const { blind, beats, missedBeats } = timeline.sight
  const lost = blind.find((one) => one.probe === probe)
  const missed = missedBeats[probe] ?? 0
  if (lost !== undefined) return `${probe} went blind (${lost.reason})`
  // The control is no probe: it can go blind but has no beats to miss.
  if (!timeline.facts.probes.includes(probe)) return null
  if (gapOf(timeline, probe) > patienceMs) return `${probe} saw nothing for ${duration(gapOf(timeline, probe))}`
  return missed * 2 > beats ? `${probe} missed ${missed} of ${count(beats, 'beat')}` : null
}

/** The longest time in which a probe saw nothing, in milliseconds. For a probe that never answered it is the whole run. */
const gapOf = ({ sight }: Timeline, probe: string): number => sight.longestGapMs[probe] ?? Number.POSITIVE_INFINITY

/** Processes of which /proc told nothing through a whole rest: a program that changes its user is closed to everybody but root (proc(5)). A process that just ended is none of these. */
function unread(timeline: Timeline): readonly Process[] {
  const isClosed = (member: Member): member is Process => isProcess(member) && member.descriptors === null
  return [...new Map(untouchedRests(timeline).flatMap((rest) => ownThroughout(timeline, rest, isClosed).map((process) => [process.id, process]))).values()]
}

/** A counter that no probe reads: the application tells it itself, in its answer to a forced collection. */
const ofOneReading: ReadonlySet<string> = new Set(['app.heap-used-bytes'])

/** Looks that lack a counter which others have: a probe gave no answer there. That the application's end lacks some is no fault of a probe. */
function incompleteLooks(timeline: Timeline): readonly string[] {
  const looks = runningLooks(timeline)
  const counters = [...new Set(looks.flatMap((look) => Object.keys(look.counters)))].filter((counter) => !ofOneReading.has(counter)).sort(inOrder)
  const lacking = counters.filter((counter) => looks.some((look) => look.counters[counter] === undefined))
  if (lacking.length === 0) return []
  const incomplete = looks.filter((look) => lacking.some((counter) => look.counters[counter] === undefined))
  return [`${incomplete.length} of ${count(looks.length, 'look')} had no ${list(lacking, 3)}`]
}
