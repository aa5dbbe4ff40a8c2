import type { Process } from '../timeline/member.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { type Growth, growthOf, inSteps } from '../verdict/growth.ts'
import { finalRest, noRest, presentThroughout, type Rest, readingsOf, untouchedRests } from '../verdict/rest.ts'
import { isPlanted, isProcess } from '../verdict/stay.ts'
import type { Invariant } from '../verdict/verdict.ts'
import { count } from '../verdict/words.ts'

/**
 * Files and sockets that one and the same process opens and never closes. Its connections to the database are left out:
 * they are judged as sessions.
 */
export default {
  name: 'descriptors do not grow with the dose',
  check: (timeline) => {
    if (finalRest(timeline) === undefined) return noRest
    const grown = processesThroughout(timeline).map((process) => ({ process, growth: growthOf(timeline, (rest) => descriptorsAt(rest, process)) }))
    const leaking = grown.filter(({ growth }) => growth.kind === 'proportional')
    const unsettled = grown.filter(({ growth }) => growth.kind === 'unsettled')
    if (leaking.length > 0)
      return {
        kind: 'leak',
        sentence: `${count(leaking.length, 'process', 'processes')} kept more descriptors after every load: ${leaking.map(said).join('; ')}`,
        survivors: leaking.map((one) => ({ member: one.process, why: said(one), bornIn: null })),
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

/** Those that lived through every rest: of one that was started meanwhile the first descriptors are no growth. */
function processesThroughout(timeline: Timeline): readonly Process[] {
  const rests = untouchedRests(timeline)
  const last = finalRest(timeline)
  if (last === undefined) return []
  return presentThroughout(last, isProcess).filter((process) => process.request === null && !isPlanted(timeline, process, last.last) && rests.every((rest) => readingsOf(rest, process).length === rest.looks.length))
}

/** The fewest of the rest's looks: what was open for a moment is not kept. */
const descriptorsAt = (rest: Rest, process: Process): number => Math.min(...readingsOf(rest, process).map(({ descriptors, databasePorts }) => (descriptors ?? 0) - databasePorts.length))

const said = ({ process, growth }: { readonly process: Process; readonly growth: Growth }): string => `pid ${process.pid} from ${growth.plateau}, ${inSteps(growth)}`
