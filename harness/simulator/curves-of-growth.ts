import type { Process } from '../timeline/member.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { growthByIdentity, growthOf, type GrowthRule, growthRule } from '../verdict/growth.ts'
import { descriptorsOf } from '../verdict/heal.ts'
import { livesOf } from '../verdict/lives.ts'
import { measuredDoses } from '../verdict/measured-doses.ts'
import { type Rest, readingsOf } from '../verdict/rest.ts'
import { isProcess, isSession } from '../verdict/stay.ts'
import { type Curve, type Group, leak, look } from './curve.ts'

/** The rule of growth with another value for one of its numbers, asked about a whole run. */
const curveOf = (number: keyof GrowthRule, name: string, values: readonly number[]): Curve => ({ name, inUse: growthRule[number], values, says: (timeline, value) => grows(timeline, { ...growthRule, [number]: value }) })

/** Everything whose growth the engine judges. */
export const growths: Group = {
  name: 'growth',
  curves: [
    // As a run asks after each rest, it is judged as soon as it has this many steps.
    { name: 'accused by growth in so many steps', inUse: growthRule.steps, values: [1, 2, 3, 4], says: (timeline, steps) => grows(afterSteps(timeline, steps), { ...growthRule, steps }) },
    curveOf('inLargest', 'accused by growth of so many in the largest load, and by as many for its dose in each', [1, 2, 3, 5]),
    curveOf('timesItsFall', 'accused by a rise of so many times the fall', [0, 1, 2, 5, 10, 20]),
    curveOf('births', 'accused by the spread of so many births', [2, 3, 4, 5, 6, 8, 12]),
    curveOf('improbable', 'accused by a spread that is as probable as this', [0.3, 0.1, 0.05, 0.02, 0.005]),
  ],
  cells: [...['H01', 'H07', 'H08', 'H10', 'workers that are replaced'].map((name) => look(name)), ...(['session', 'process', 'descriptor', 'thread', 'temporary table'] as const).map((kind) => leak(kind))],
}

function grows(timeline: Timeline, rule: GrowthRule): boolean {
  const isGrowing = ({ kind }: { readonly kind: string }): boolean => kind === 'proportional'
  const of = (process: Process, amount: (reading: Process) => number) => growthOf(timeline, (rest: Rest) => Math.min(...readingsOf(rest, process).map(amount)), rule)
  return (
    isGrowing(growthByIdentity(timeline, isSession, rule)) ||
    isGrowing(growthByIdentity(timeline, (member): member is Process => isProcess(member) && member.request === null, rule)) ||
    isGrowing(growthByIdentity(timeline, (member) => member.kind === 'temporary-table', rule)) ||
    livesOf(timeline).some(({ process, isWhole }) => isWhole && (isGrowing(of(process, ({ threads }) => threads)) || isGrowing(of(process, descriptorsOf))))
  )
}

/** The run as it was when this many measured loads with requests had come to rest. */
function afterSteps(timeline: Timeline, steps: number): Timeline {
  const last = measuredDoses(timeline).filter(({ counted }) => counted > 0)[steps - 1]?.cycle ?? Number.POSITIVE_INFINITY
  const reached = timeline.looks.findLastIndex(({ cycle }) => cycle === last)
  return { ...timeline, looks: reached === -1 ? timeline.looks : timeline.looks.slice(0, reached + 1), doses: timeline.doses.filter(({ cycle }) => cycle <= last) }
}
