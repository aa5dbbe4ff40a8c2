import type { Member, Process } from '../timeline/member.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { presentThroughout, readingsOf, type Rest, restsOf } from '../verdict/rest.ts'
import { isProcess } from '../verdict/stay.ts'
import type { Invariant } from '../verdict/verdict.ts'
import { count, duration } from '../verdict/words.ts'

/**
 * A client that is gone without FIN or RST leaves its connection to any server, until a time-out of the server or of the kernel. The application is held to the time-out that it
 * declares for itself, and to no other.
 */
export default {
  name: 'no vanished client keeps its connection',
  check: (timeline) => {
    const { vanishedClientMs } = timeline.facts.limits
    if (timeline.doses.length === 0) return { kind: 'not judged', sentence: 'no request was sent' }
    if (!timeline.rude.some(({ manner, performed }) => manner === 'vanish' && performed > 0)) return { kind: 'pass', sentence: 'no client of this load vanished without FIN or RST' }
    const rests = restsOf(timeline).filter(({ reading, confirmed, complete }) => reading !== 'stopped' && confirmed && complete)
    const last = rests.at(-1)
    const open = last === undefined ? 0 : keptAt(last).reduce((sum, process) => sum + fewest(last, process), 0)
    if (vanishedClientMs === undefined) return { kind: 'not judged', sentence: `how long the connection of a vanished client may stay is not declared (limits.vanishedClientMs); ${count(open, 'was', 'were')} open at the end` }
    const late = rests.filter((rest) => sinceLoadMs(timeline, rest) > vanishedClientMs)
    if (late.length === 0) return { kind: 'inconclusive', sentence: `the run did not look as late after a load as ${duration(vanishedClientMs)}, for which vanished clients may stay`, settledBy: 'a longer settle (profiles.<name>.settleMs), or a shorter limits.vanishedClientMs for the test' }

    const worst = late.map((rest) => ({ rest, kept: keptAt(rest) })).findLast(({ kept }) => kept.length > 0)
    if (worst === undefined) return { kind: 'pass', sentence: `no connection of a vanished client was open for longer than the declared ${duration(vanishedClientMs)}` }
    const { rest, kept } = worst
    const until = rests.slice(0, rests.indexOf(rest) + 1)
    return {
      kind: 'leak',
      sentence: `${count(kept.reduce((sum, process) => sum + fewest(rest, process), 0), 'connection')} of vanished clients still open ${duration(sinceLoadMs(timeline, rest))} after the load, ${duration(vanishedClientMs)} declared`,
      survivors: kept.map((process) => ({ member: process, why: `${count(fewest(rest, process), 'connection')} of vanished clients: ${process.command}`, bornIn: null, keptMore: risesOf(timeline, until, process) })),
    }
  },
} satisfies Invariant

const isKeeping = (member: Member): member is Process => isProcess(member) && (member.vanishedClients ?? 0) > 0

const keptAt = (rest: Rest): readonly Process[] => presentThroughout(rest, isKeeping)

const fewest = (rest: Rest, process: Process): number => Math.min(...readingsOf(rest, process).map(({ vanishedClients = 0 }) => vanishedClients))

/** How long after a load a rest began, in milliseconds; 0 before the first load, when no client has vanished yet. */
function sinceLoadMs({ doses }: Timeline, { looks }: Rest): number {
  const beganMs = looks[0]?.atMs ?? 0
  const load = doses.findLast(({ planned, atMs }) => planned > 0 && atMs <= beganMs)
  return load === undefined ? 0 : beganMs - load.atMs
}

/** In which cycles' loads the connections came that the process has at the last of these rests. A time-out ends the oldest first, so they are the latest that came. */
function risesOf({ doses }: Timeline, rests: readonly Rest[], process: Process): readonly { readonly cycle: number; readonly rise: number }[] {
  const counts = rests.map((rest) => (readingsOf(rest, process).length === 0 ? 0 : fewest(rest, process)))
  let left = counts.at(-1) ?? 0
  const rises: { readonly cycle: number; readonly rise: number }[] = []
  for (let i = rests.length - 1; i >= 0; i -= 1) {
    const rise = Math.min(left, (counts[i] ?? 0) - (counts[i - 1] ?? 0))
    const cycle = rests[i]?.cycle ?? doses.findLast(({ atMs }) => atMs <= (rests[i]?.last.atMs ?? 0))?.cycle
    if (rise <= 0 || cycle === undefined) continue
    left -= rise
    rises.unshift({ cycle, rise })
  }
  return rises
}
