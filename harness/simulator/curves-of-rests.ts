import { isLeftover } from '../probes/quiet.ts'
import type { Member, Process } from '../timeline/member.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { confirmation, type Rest, untouchedRests } from '../verdict/rest.ts'
import { isPlanted, staysAtEach } from '../verdict/stay.ts'
import { stayMs } from '../verdict/thresholds.ts'
import { type Group, leak, look } from './curve.ts'
import { healthy } from './healthy.ts'
import type { Maker } from './parts.ts'
import type { Plan } from './simulate.ts'

/** Slower than any reaper: it shows from where on a shorter stay would accuse. */
const slowReaper: Maker = (random, pids) => {
  const make = healthy['children that are reaped, sockets that are closed, scripts that end: a moment late'] as Maker
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

/** How often something is seen, and for how long, before it has stayed. */
export const rests: Group = {
  name: 'rests',
  curves: [
    { name: 'accused by so many looks in a row', inUse: confirmation, values: [1, 2, 3], says: (timeline, looks) => untouchedRests(timeline).some((rest) => leftThrough(timeline, rest, looks)) },
    { name: 'accused by a stay of so many milliseconds', inUse: stayMs, values: [0, 500, 1_000, 2_000, 5_000, 10_000], says: (timeline, ms) => longestStayMs(timeline) >= ms },
  ],
  cells: [...['H09', 'H11', 'pooled sessions that are used', 'children that are reaped'].map((name) => look(name)), look('children that take their time', slowReaper), ...(['transaction in a pooled session', 'zombie', 'socket in CLOSE_WAIT'] as const).map((kind) => leak(kind))],
}

/** Whether something that no rest should show stayed through this many of its last looks. */
function leftThrough(timeline: Timeline, rest: Rest, looks: number): boolean {
  const last = rest.looks.slice(-looks)
  return (last[0]?.members ?? []).some((member) => isLeftover(member) && !isPlanted(timeline, member, rest.last) && last.every(({ members }) => members.some((other) => other.kind === member.kind && other.id === member.id && isLeftover(other))))
}

const longestStayMs = (timeline: Timeline): number => Math.max(-1, ...staysAtEach(timeline, untouchedRests(timeline), { is: isZombieOrHalfClosed }).flat().map(({ sinceMs, untilMs }) => untilMs - sinceMs))

const isZombieOrHalfClosed = (member: Member): member is Process => member.kind === 'process' && (member.state === 'Z' || member.closeWait > 0)
