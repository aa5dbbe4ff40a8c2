import type { Process } from '../timeline/member.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { type Growth, growthOf, inSteps, risen } from '../verdict/growth.ts'
import { longLivedProcesses } from '../verdict/long-lived.ts'
import { finalRest, noRest, type Rest, readingsOf, untouchedRests } from '../verdict/rest.ts'
import type { Invariant } from '../verdict/verdict.ts'
import { count, inOrder, list } from '../verdict/words.ts'

/**
 * Files and sockets that one and the same process opens and never closes. Its connections to the database are left out:
 * they are judged as sessions.
 */
export default {
  name: 'descriptors do not grow with the dose',
  check: (timeline) => {
    if (finalRest(timeline) === undefined) return noRest
    const grown = longLivedProcesses(timeline).map((process) => ({ process, growth: growthOf(timeline, (rest) => descriptorsAt(rest, process)), targets: grownTargets(timeline, process) }))
    const leaking = grown.filter(({ growth }) => growth.kind === 'proportional')
    const unsettled = grown.filter(({ growth }) => growth.kind === 'unsettled')
    if (leaking.length > 0)
      return {
        kind: 'leak',
        sentence: `${count(leaking.reduce((sum, { growth }) => sum + risen(growth), 0), 'descriptor')} in ${count(leaking.length, 'process', 'processes')} stayed open, more after every load: ${leaking.map(said).join('; ')}`,
        survivors: leaking.map((one) => ({ member: one.process, why: said(one), bornIn: null, ofGrowth: true, keptMore: one.growth.steps })),
      }
    if (unsettled.length > 0)
      return {
        kind: 'warning',
        sentence: `descriptors have not settled yet: ${unsettled.map(said).join('; ')}`,
        survivors: unsettled.map((one) => ({ member: one.process, why: said(one), bornIn: null })),
      }
    return { kind: 'pass', sentence: `no descriptors piled up in ${count(grown.length, 'long-lived process', 'long-lived processes')}` }
  },
} satisfies Invariant

/** The fewest of the rest's looks: what was open for a moment is not kept. */
const descriptorsAt = (rest: Rest, process: Process): number => Math.min(...readingsOf(rest, process).map(({ descriptors, databasePorts }) => (descriptors ?? 0) - databasePorts.length))

/** What the descriptors point at of which there are more now than at the first rest, most first. Older records do not tell. */
function grownTargets(timeline: Timeline, process: Process): readonly string[] {
  const before = untouchedRests(timeline).values().flatMap((rest) => readingsOf(rest, process)).next().value?.descriptorTargets ?? {}
  return Object.entries(process.descriptorTargets ?? {})
    .map(([target, now]) => ({ target, now, earlier: before[target] ?? 0 }))
    .filter(({ now, earlier }) => now > earlier)
    .sort((a, b) => b.now - b.earlier - (a.now - a.earlier) || inOrder(a.target, b.target))
    .map(({ target, now, earlier }) => `${target} (${earlier} to ${now})`)
}

const said = ({ process, growth, targets }: { readonly process: Process; readonly growth: Growth; readonly targets: readonly string[] }): string =>
  `pid ${process.pid} from ${growth.plateau}, ${inSteps(growth)}${targets.length > 0 ? `: ${list(targets, 2)}` : ''}`
