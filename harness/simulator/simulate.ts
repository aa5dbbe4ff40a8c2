import { mixesOf } from '../load/journey/mix.ts'
import { leftoversOf, slotsIn, unquietOf } from '../probes/quiet.ts'
import type { Dose, Entry, Happening, Look, Reading } from '../timeline/entry.ts'
import { formatVersion } from '../timeline/entry.ts'
import type { Facts } from '../timeline/facts.ts'
import { beginFold } from '../timeline/fold.ts'
import type { Member } from '../timeline/member.ts'
import type { Planted } from '../timeline/planted.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { confirmation } from '../verdict/rest.ts'
import { lingerMs, stayMs, transactionThresholdMs } from '../verdict/thresholds.ts'
import { openTransaction, process, server, startedAt } from './beings.ts'
import type { Random } from './random.ts'
import type { Cycle, Inhabitant, Moment, World } from './world.ts'

/** The load of a simulated run. */
export type Plan = {
  /** Doses of the measured cycles, in their order. */
  readonly doses: readonly number[]
  readonly warmUp: number
  readonly baseline: number
  readonly perSecond: number
  /** Every measured cycle lasts at least this many milliseconds. */
  readonly lastsMs: number
  /** Weight of each route. */
  readonly routes: Readonly<Record<string, number>>
}

/** A simulated run, as a record has it. */
export type Simulated = { readonly facts: Facts; readonly entries: readonly Entry[] }

/** The timeline of a simulated run, by the same fold that reads a real record. */
export function timelineOf({ facts, entries }: Simulated): Timeline {
  const fold = beginFold(facts)
  for (const entry of entries) fold.add(entry)
  return fold.timeline()
}

const settleMs = 20_000

/**
 * A run against a simulated application, in its real order: two cycles of warm-up, three of baseline, the measured ones, a nudge, a collection where the world has one, planted leaks.
 * Looks come as a real settle makes them: three quiet ones without leftovers, or for as long as leftovers need to be called left behind.
 */
export function simulate(world: World, plan: Plan, random: Random): Simulated {
  const facts = factsOf(world, plan)
  const happenings: (Happening & { readonly atMs: number })[] = []
  const inhabitants: Inhabitant[] = [server('postgresql'), server('application'), ...(world.boot ?? [])]
  let nowMs = 3_000
  let [nudged, collected] = [false, false]
  let clientsBefore = Number.POSITIVE_INFINITY
  let slotsBefore: ReadonlySet<string> = new Set()
  const endedMs = world.transactionsEndedMs ?? random.within(5, 400)
  const threshold = { facts, endedTransactions: { count: 1, p999Ms: endedMs } } as Timeline
  const matureMs = Math.max(transactionThresholdMs(threshold), lingerMs(threshold)) + stayMs
  const tell = (happening: Happening): void => void happenings.push({ ...happening, atMs: nowMs })

  const look = (reading: Reading, cycle: number | null, before: { readonly members: readonly Member[]; readonly atMs: number } | null) => {
    const moment: Moment = { atMs: nowMs, reading, cycle, nudged, collected }
    const members = asHeld(inhabitants.map((being) => being(moment)).filter((member) => member !== null))
    const logged = members.filter((member) => member.kind === 'session').map(({ pid, backendStartMs }) => ({ kind: 'logged-session' as const, id: `${pid}@${Math.floor(backendStartMs / 1000)}`, pid }))
    const counters = { 'pg.backends': logged.length, 'log.live': logged.length, 'app.processes': members.filter(({ kind }) => kind === 'process').length, ...world.counters?.(nowMs) }
    const unquiet = unquietOf({ members, counters, partial: [] }, before && { sight: { members: before.members, counters: {}, partial: [] }, atMs: before.atMs }, nowMs, 0, clientsBefore)
    return { atMs: nowMs, members, look: { kind: 'look', reading, ...(cycle !== null && { cycle }), quiescent: unquiet === null, ...unquiet, counters, members: [...members, ...logged] } satisfies Look }
  }

  /** The settle of harness/probes/quiet.ts, on a simulated clock. */
  const settle = (reading: Reading, cycle: number | null, maturesMs: number): readonly Member[] => {
    const beganMs = nowMs
    let before: ReturnType<typeof look> | null = null
    let [clean, quiet, waitMs] = [0, 0, 150]
    for (;;) {
      const now = look(reading, cycle, before)
      if (before !== null) tell(now.look)
      before = now
      quiet = now.look.quiescent ? quiet + 1 : 0
      clean = now.look.quiescent && leftoversOf(now.members, slotsBefore).length === 0 ? clean + 1 : 0
      const waitedMs = nowMs - beganMs
      if (clean >= confirmation || (quiet >= confirmation && waitedMs >= maturesMs) || (waitedMs >= settleMs && !now.look.quiescent)) return now.members
      const deciding = clean > 0 || (quiet > 0 && quiet < confirmation && waitedMs + 2_000 >= maturesMs)
      waitMs = deciding ? 150 : Math.min(waitMs * 1.5, 2_000)
      nowMs += Math.max(50, Math.min(waitMs, waitedMs < settleMs ? settleMs - waitedMs : 2_000, waitedMs < maturesMs ? Math.max(150, maturesMs - waitedMs) : 2_000)) + random.within(5, 60)
    }
  }

  slotsBefore = slotsIn(settle('before-load', null, 0))
  clientsBefore = world.counters?.(nowMs)['app.clients'] ?? 0
  const roles = [...Array<Dose['role']>(2).fill('warm-up'), ...Array<Dose['role']>(3).fill('baseline'), ...plan.doses.map(() => 'measured' as const)]
  const doseOf = (role: Dose['role'], nth: number): number => (role === 'warm-up' ? plan.warmUp : role === 'baseline' ? plan.baseline : (plan.doses[nth - 5] ?? 0))
  const mixes = mixesIn(plan.routes, Array<number>(3).fill(plan.baseline), facts.seed)
  for (const [nth, role] of roles.entries()) {
    const dose = doseOf(role, nth)
    const loadMs = Math.max(400, (1_000 * dose) / plan.perSecond, role === 'measured' ? plan.lastsMs : 0) * random.within(0.9, 1.3)
    const cycle: Cycle = { cycle: nth, role, dose, startMs: nowMs, endMs: nowMs + loadMs, routes: divided(dose, mixes[nth - 2] ?? plan.routes) }
    const phase = role === 'measured' ? 'cycle' : role
    tell({ kind: 'phase', phase, edge: 'start', cycle: nth })
    inhabitants.push(...(world.cycle?.(cycle) ?? []))
    happenings.push(...(world.happenings?.(cycle) ?? []))
    nowMs = cycle.endMs
    for (const [route, started] of Object.entries(cycle.routes)) if (started > 0) tell({ kind: 'load', cycle: nth, route, started, counted: started, unexpected: 0, timedOut: 0, broken: 0, p50Ms: 20, p99Ms: 80, maxMs: 120 })
    tell({ kind: 'dose', cycle: nth, role, planned: dose, counted: dose, unexpected: 0, timedOut: 0, broken: 0, dropped: 0, newUrls: nth === 0 ? dose : 0, peakInFlight: Math.min(dose, 8), generator: { kind: 'completed' } })
    tell({ kind: 'phase', phase, edge: 'end', cycle: nth })
    tell({ kind: 'phase', phase: 'settle', edge: 'start', cycle: nth })
    settle(role === 'baseline' ? 'baseline' : 'untouched', nth, matureMs)
    tell({ kind: 'phase', phase: 'settle', edge: 'end', cycle: nth })
    nowMs += random.within(20, 400)
  }

  nudged = true
  tell({ kind: 'canary', url: '/', outcome: 'answered', detail: 'status 200', tookMs: 12 })
  nowMs += 300
  settle('nudged', null, 1_000)
  if (world.collects) {
    collected = true
    nowMs += 300
    settle('collected', null, 1_000)
  }
  tell({ kind: 'phase', phase: 'control', edge: 'start' })
  settle('control-before', null, 0)
  const plantedAtMs = (nowMs += 200)
  tell({ kind: 'control', edge: 'planted', planted })
  inhabitants.push(...plants(plantedAtMs, () => removedAtMs))
  let removedAtMs = Number.POSITIVE_INFINITY
  settle('control-planted', null, matureMs)
  removedAtMs = nowMs += 100
  tell({ kind: 'control', edge: 'removed', planted })
  nowMs += 200
  settle('control-removed', null, 1_000)
  tell({ kind: 'phase', phase: 'control', edge: 'end' })
  const endMs = nowMs
  nowMs += 1_000
  tell({ kind: 'end', how: 'completed', detail: '' })
  for (let atMs = 500; atMs < endMs; atMs += 1_200 * random.within(0.6, 1.4)) if (world.lostBeats?.(atMs) !== true) happenings.push({ kind: 'beat', counters: { 'pg.transactions-ended': 100, 'pg.transactions-ended-p999-ms': endedMs }, atMs })
  // The order matters: the sort is stable, so happenings of one moment stay in the order in which they were told.
  return { facts, entries: happenings.sort((a, b) => a.atMs - b.atMs).map((happening, n) => ({ ...happening, n })) }
}

/** Processes name every port that they will ever use; this leaves them those whose session lives. */
function asHeld(members: readonly Member[]): readonly Member[] {
  const ports = new Set(members.map((member) => (member.kind === 'session' ? member.clientPort : null)))
  return members.map((member) => (member.kind === 'process' ? { ...member, databasePorts: member.databasePorts.filter((port) => ports.has(port)) } : member))
}

const factsOf = ({ limits = {} }: World, { doses }: Plan): Facts => ({
  formatVersion,
  run: 'simulated',
  scenario: 'simulated',
  variant: null,
  profile: 'gate',
  stack: { kind: 'simulated', why: 'made by the simulator' },
  command: 'lowtide simulate',
  startedAt,
  seed: 1,
  doses,
  concurrency: 8,
  sampleEveryMs: 200,
  limits,
  probes: ['postgres', 'postgres-log', 'processes'],
  versions: {},
})

/** The weights of the routes in each baseline cycle, as a real load mixes them. */
function mixesIn(routes: Plan['routes'], doses: readonly number[], seed: number): readonly Plan['routes'][] {
  const total = Object.values(routes).reduce((sum, weight) => sum + weight, 0)
  const names = Object.keys(routes)
  return mixesOf(Object.values(routes).map((weight) => weight / total), doses, seed).map((mix) => Object.fromEntries(mix.map((share, i) => [names[i] ?? '', share])))
}

/** Divides a dose by the weights of its routes: each gets its whole share, and the first ones one more each until nothing is left over. */
function divided(dose: number, routes: Plan['routes']): Readonly<Record<string, number>> {
  const total = Object.values(routes).reduce((sum, weight) => sum + weight, 0)
  const whole = Object.entries(routes).map(([route, weight]) => [route, Math.floor((dose * weight) / total)] as const)
  const over = dose - whole.reduce((sum, [, requests]) => sum + requests, 0)
  return Object.fromEntries(whole.map(([route, requests], i) => [route, requests + (i < over ? 1 : 0)]))
}

const planted: Planted = { planterPid: 90_000, sessionPids: [90_001, 90_002, 90_003], zombiePids: [90_010], descriptors: 5 }

function plants(fromMs: number, untilMs: () => number): readonly Inhabitant[] {
  const all = [
    process({ pid: 90_000, fromMs, control: 'planted', descriptors: 8, databasePorts: [99_001, 99_002, 99_003] }),
    process({ pid: 90_010, fromMs, control: 'planted', state: 'Z', descriptors: null, parentPid: 90_000 }),
    ...planted.sessionPids.map((pid) => openTransaction({ pid, fromMs, clientPort: 9_000 + pid, relationLocks: 1 })),
  ]
  return all.map((being) => (moment) => (moment.atMs < untilMs() ? being(moment) : null))
}
