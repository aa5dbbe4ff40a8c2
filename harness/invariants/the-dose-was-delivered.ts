import { measuredDoses } from '../verdict/dose.ts'
import type { Invariant } from '../verdict/verdict.ts'
import { count, cycles, list, thousands } from '../verdict/words.ts'

/** Below this share of the plan the bound that the run prints would be worth less than it says. */
const enough = 0.95

/** Only answers with the expected status and content count: an application that fails fast has not been tested. */
export default {
  name: 'the dose was delivered',
  check: (timeline) => {
    const doses = measuredDoses(timeline)
    const planned = doses.reduce((sum, dose) => sum + dose.planned, 0)
    const counted = doses.reduce((sum, dose) => sum + dose.counted, 0)
    const broken = doses.flatMap(({ cycle, generator }) => (generator.kind === 'broken' ? [{ cycle, generator }] : []))
    const missing = timeline.facts.doses.length - doses.length
    const settledBy = 'see the unexpected answers in the load log, lower the dose or raise the budget, and run again'

    if (counted === 0) return { kind: 'inconclusive', sentence: 'no request of a measured cycle was answered as expected: nothing was tested', settledBy }
    if (missing > 0) return { kind: 'inconclusive', sentence: `${count(missing, 'cycle')} of ${timeline.facts.doses.length} planned never ran`, settledBy: 'a larger budget' }
    if (broken.length > 0)
      return {
        kind: 'inconclusive',
        sentence: `the load generator broke in ${cycles(broken.map(({ cycle }) => cycle))} (exit code ${broken[0]?.generator.exitCode ?? 'none'}): ${broken[0]?.generator.tail.split('\n').at(-1) ?? ''}`,
        settledBy: 'see its log in the run',
      }
    const share = counted / planned
    const sentence = `${thousands(counted)} of ${thousands(planned)} planned requests were answered as expected (${percent(share)})`
    if (share >= enough) return { kind: 'pass', sentence }
    const lost = (['timedOut', 'unexpected', 'broken', 'dropped'] as const).flatMap((how) => {
      const n = doses.reduce((sum, dose) => sum + dose[how], 0)
      return n > 0 ? [`${thousands(n)} ${wordFor[how]}`] : []
    })
    return { kind: 'inconclusive', sentence: `${sentence}, fewer than ${percent(enough)}${lost.length > 0 ? `: ${list(lost)}` : ''}`, settledBy }
  },
} satisfies Invariant

const wordFor = { timedOut: 'timed out', unexpected: 'answered otherwise', broken: 'refused or reset', dropped: 'never started' }

/** Never rounded up: 94.96 % is not 95 %. */
const percent = (share: number): string => `${Math.floor(share * 1000) / 10} %`
