import type { Process } from '../timeline/member.ts'
import { inSteps, risen } from '../verdict/growth.ts'
import { descriptorsOf } from '../verdict/heal.ts'
import { type Grown, growsIn, judgedWords } from '../verdict/lives.ts'
import { finalRest, noRest, type Rest, readingsOf } from '../verdict/rest.ts'
import type { Invariant } from '../verdict/verdict.ts'
import { count, inOrder, list } from '../verdict/words.ts'

/** Files and sockets that one and the same process opens and never closes. Its connections to the database are left out, as they are judged as sessions. */
export default {
  name: 'descriptors do not grow with the dose',
  check: (timeline) => {
    if (finalRest(timeline) === undefined) return noRest
    const grows = growsIn(timeline, descriptorsAt)
    const { piling: leaking, unsettled } = grows
    if (leaking.length > 0)
      return {
        kind: 'leak',
        sentence: `${count(leaking.reduce((sum, { growth }) => sum + risen(growth), 0), 'descriptor')} in ${count(leaking.length, 'process', 'processes')} stayed open, more after every load: ${leaking.map(said).join('; ')}`,
        survivors: leaking.map((one) => ({ member: one.life.process, why: said(one), bornIn: null, ofGrowth: true, keptMore: one.growth.steps, beyond: { of: 'descriptors' as const, plateau: one.growth.plateau } })),
      }
    if (unsettled.length > 0)
      return {
        kind: 'warning',
        sentence: `descriptors have not settled yet: ${unsettled.map(said).join('; ')}`,
        survivors: unsettled.map((one) => ({ member: one.life.process, why: said(one), bornIn: null })),
      }
    return { kind: 'pass', sentence: `no descriptors piled up in ${judgedWords(grows)}` }
  },
} satisfies Invariant

/** The fewest on any look of the rest: what was open for a moment is not kept. */
const descriptorsAt = (rest: Rest, process: Process): number => Math.min(...readingsOf(rest, process).map(descriptorsOf))

/** The files and sockets of which a process has more at its last rest than at its first, those that grew most first. Older records do not tell what descriptors point at. */
function grownTargets({ life: { process, rests } }: Grown): readonly string[] {
  const before = rests.values().flatMap((rest) => readingsOf(rest, process)).next().value?.descriptorTargets ?? {}
  return Object.entries(process.descriptorTargets ?? {})
    .map(([target, now]) => ({ target, now, earlier: before[target] ?? 0 }))
    .filter(({ now, earlier }) => now > earlier)
    .sort((a, b) => b.now - b.earlier - (a.now - a.earlier) || inOrder(a.target, b.target))
    .map(({ target, now, earlier }) => `${target} (${earlier} to ${now})`)
}

function said(one: Grown): string {
  const targets = grownTargets(one)
  return `pid ${one.life.process.pid} from ${one.growth.plateau}, ${inSteps(one.growth)}${targets.length > 0 ? `: ${list(targets, 2)}` : ''}`
}
