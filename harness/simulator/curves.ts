import { isLeftover } from '../probes/quiet.ts'
import type { Member, Process } from '../timeline/member.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { type Growth, growthByIdentity, growthOf } from '../verdict/growth.ts'
import { type Rest, readingsOf, untouchedRests } from '../verdict/rest.ts'
import { isPlanted, isProcess, isSession, staysAtEach } from '../verdict/stay.ts'
import type { Cell, Experiment } from './experiment.ts'
import { healthy, type Maker } from './healthy.ts'
import { leaking, type LeakKind } from './leaks.ts'
import { type Plan, simulate, timelineOf } from './simulate.ts'
import { planOf, toolsOf } from './trial.ts'
import { together, type World } from './world.ts'

/** What a threshold of the engine would have said at each of its values: one name for each value that accuses. */
type Threshold = { readonly name: string; readonly accused: (timeline: Timeline) => readonly string[]; readonly healthy: readonly string[]; readonly leaks: readonly LeakKind[] }

const thresholds: readonly Threshold[] = [
  {
    name: 'looks in a row',
    accused: (timeline) => [1, 2, 3].filter((looks) => untouchedRests(timeline).some((rest) => leftThrough(timeline, rest, looks))).map(String),
    healthy: ['H09', 'H11', 'pooled sessions that are used', 'children that are reaped'],
    leaks: ['transaction in a pooled session', 'zombie', 'socket in CLOSE_WAIT'],
  },
  {
    name: 'milliseconds of stay',
    accused: (timeline) => {
      const longest = Math.max(-1, ...staysAtEach(timeline, untouchedRests(timeline), { is: isZombieOrHalfClosed }).flat().map(({ sinceMs, untilMs }) => untilMs - sinceMs))
      return [0, 500, 1_000, 2_000, 5_000, 10_000].filter((ms) => longest >= ms).map(String)
    },
    healthy: ['children that are reaped', 'children that take their time'],
    leaks: ['zombie', 'socket in CLOSE_WAIT'],
  },
  {
    name: 'steps of growth',
    accused: (timeline) => [1, 2, 3, 4].filter((steps) => growthsOf(timeline).some((growth) => isSteady({ ...growth, steps: growth.steps.slice(0, steps) }, steps, 5))).map(String),
    healthy: ['H01', 'H07', 'H08', 'H10'],
    leaks: ['session', 'process', 'descriptor'],
  },
  {
    name: 'times its fall that a growth must rise',
    accused: (timeline) => [0, 1, 2, 5, 10, 20].filter((factor) => growthsOf(timeline).some((growth) => isSteady(growth, 3, factor))).map(String),
    healthy: ['H01', 'H07', 'H08', 'H10'],
    leaks: ['session', 'process', 'descriptor'],
  },
]

/** Slower than any reaper: shows where a stay that is too short would accuse. */
const slowReaper: Maker = (random, pids) => {
  const [make] = [healthy['children that are reaped, sockets that are closed, scripts that end: a moment late'] as Maker]
  const world = make(random, pids, noPlan)
  return {
    ...world,
    cycle: (cycle) => {
      const born = world.cycle?.(cycle) ?? []
      const lateMs = random.exponential(1_500)
      return born.map((being) => (moment) => being(moment) ?? (moment.atMs < cycle.endMs + lateMs && moment.atMs > cycle.endMs ? being({ ...moment, atMs: cycle.endMs }) : null))
    },
  }
}

const noPlan: Plan = { doses: [], warmUp: 0, baseline: 0, perSecond: 1, lastsMs: 0, routes: {} }

const look = (threshold: Threshold, make: (tools: ReturnType<typeof toolsOf>, plan: Plan) => World, requests: readonly number[]): Cell['trial'] => (seed, trial) => {
  const tools = toolsOf(seed, trial)
  const plan = planOf(tools, tools.random.pick(requests))
  return threshold.accused(timelineOf(simulate(make(tools, plan), plan, tools.random)))
}

const makerOf = (name: string): Maker => (name === 'children that take their time' ? slowReaper : (Object.entries(healthy).find(([full]) => full.startsWith(name))?.[1] as Maker))

/** Each threshold against false alarms in the look-alikes that press on it, and against recall of the leaks that it could hide. */
export const curves: Experiment = {
  name: 'curves',
  cells: thresholds.flatMap((threshold) => [
    ...threshold.healthy.map((name) => ({ cell: `${threshold.name} | healthy | ${name}`, share: 1 / 100, trial: look(threshold, ({ random, pids }, plan) => makerOf(name)(random, pids, plan), [60, 160, 800, 8_000]) })),
    ...threshold.leaks.map((kind) => ({
      cell: `${threshold.name} | leaking | ${kind}`,
      share: 1 / 200,
      // Ten births expected, and noise around them.
      trial: look(threshold, ({ random, pids }, plan) => together([leaking({ kind, cause: 'per request', rate: 1e-2, route: null, heal: 'permanent' }, random, pids), (healthy['nothing but noise'] as Maker)(random, pids, plan)]), [1_000]),
    })),
  ]),
}

/** Something that no rest should show stayed through so many of its last looks. */
function leftThrough(timeline: Timeline, rest: Rest, looks: number): boolean {
  const last = rest.looks.slice(-looks)
  return (last[0]?.members ?? []).some((member) => isLeftover(member) && !isPlanted(timeline, member, rest.last) && last.every(({ members }) => members.some((other) => other.kind === member.kind && other.id === member.id && isLeftover(other))))
}

const isZombieOrHalfClosed = (member: Member): member is Process => member.kind === 'process' && (member.state === 'Z' || member.closeWait > 0)

/** Everything whose growth the engine judges. */
function growthsOf(timeline: Timeline): readonly Growth[] {
  const rests = untouchedRests(timeline)
  const lasting = (rests.at(-1)?.last.members ?? []).filter((member): member is Process => isProcess(member) && rests.every((rest) => readingsOf(rest, member).length === rest.looks.length))
  const descriptors = lasting.map((process) => growthOf(timeline, (rest) => Math.min(...readingsOf(rest, process).map((reading) => (reading.descriptors ?? 0) - reading.databasePorts.length))))
  return [growthByIdentity(timeline, isSession), growthByIdentity(timeline, (member): member is Process => isProcess(member) && member.request === null), ...descriptors]
}

/** The rule of harness/verdict/growth.ts with its numbers left open. */
function isSteady({ steps, fall }: Growth, enoughSteps: number, factor: number): boolean {
  const rate = Math.min(...steps.map(({ dose, rise }) => rise / dose))
  const largest = Math.max(...steps.map(({ dose }) => dose))
  return steps.length >= enoughSteps && rate * largest >= 2 && steps.reduce((sum, { rise }) => sum + rise, 0) > factor * fall
}
