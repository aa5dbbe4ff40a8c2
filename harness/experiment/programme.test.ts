import { expect, test } from 'vitest'
import type { LoadPlan } from '../load/journey/plan.ts'
import { profiles } from '../scenario/profiles.ts'
import type { Plan, ProfileName } from '../scenario/scenario.ts'
import type { Dose, Look } from '../timeline/entry.ts'
import type { Limits } from '../timeline/facts.ts'
import { closingMs, loadsUntilMs } from './dose.ts'
import { runProgramme } from './programme.ts'

type Ran = { readonly role: Dose['role']; readonly dose: number; readonly concurrency: number; readonly lastsMs: number; readonly stretch: LoadPlan['stretch'] }

/** A programme run on a clock of its own, against an application that answers `perSecond` requests a second. */
async function programme(profile: ProfileName, { plan = {}, limits = {}, sessionsAtRest = 0, places, requestTimeoutMs = 10_000, perSecond = 10, leakAfter = Number.POSITIVE_INFINITY, sureAfter = Number.POSITIVE_INFINITY, blindAfter = Number.POSITIVE_INFINITY, crossedAfter = Number.POSITIVE_INFINITY, decidedAfter = 0, brokenIn = () => false, factor = 1, coldFactor = 1, comingMs = 0, rampMs = 0, lateMs = () => 0 }: { plan?: Partial<Plan>; limits?: Limits; sessionsAtRest?: number; places?: number; requestTimeoutMs?: number; perSecond?: number; leakAfter?: number; sureAfter?: number; blindAfter?: number; crossedAfter?: number; decidedAfter?: number; brokenIn?: (nth: number) => boolean; factor?: number; coldFactor?: number; comingMs?: number; rampMs?: number; lateMs?: (nth: number) => number } = {}) {
  const ran: Ran[] = []
  let nowMs = 5_000
  let doses: readonly number[] = []
  const order: string[] = []
  const crossed = new AbortController()
  const over = new AbortController()
  const early = await runProgramme({
    plan: { ...profiles[profile], ...plan },
    limits,
    cycle: async (role, planned, { concurrency = 0, lastsMs: atLeastMs = 0, stretch } = {}) => {
      order.push(role)
      const atOnceMs = (1_000 * planned) / perSecond / (role === 'measured' ? factor : role === 'warm-up' ? coldFactor : 1)
      const loadMs = role === 'measured' && planned > 0 ? Math.max(rampMs, atOnceMs + rampMs / 2) : atOnceMs
      const tookMs = loadMs + (planned > 0 ? comingMs : 0) + lateMs(ran.length)
      const lastsMs = Math.max(tookMs, atLeastMs)
      nowMs += lastsMs + 1_500
      ran.push({ role, dose: planned, concurrency, lastsMs, stretch })
      if (ran.length >= crossedAfter) crossed.abort()
      if (nowMs >= loadsUntilMs({ ...profiles[profile], ...plan })) over.abort()
      return { dose: { planned, counted: planned, loadMs, generator: brokenIn(ran.length) ? { kind: 'broken', exitCode: 108, tail: 'the journey threw' } : { kind: 'completed' } } as Dose, tookMs, settled: { kind: 'clean', last: { counters: { 'pg.backends': sessionsAtRest } } as unknown as Look }, places: places ?? null }
    },
    soFar: { leakIsConfirmed: () => ran.length >= leakAfter, isSure: () => ran.length >= sureAfter, isBlind: () => ran.length >= blindAfter, maturityMs: () => 0 },
    timeIsOver: over.signal,
    thresholds: { endedLoad: crossed.signal, areDecided: () => ran.length >= decidedAfter },
    elapsedMs: () => nowMs,
    crashed: () => null,
    pacePerSecond: Infinity,
    rampMs,
    askingMs: 0,
    requestTimeoutMs,
    phase: () => {},
    dosed: (given) => (doses = given),
    beforeMeasuring: async () => void order.push('before measuring'),
  })
  return { ran, doses, order, early, endedAtMs: nowMs, measured: ran.filter(({ role }) => role === 'measured') }
}

test('a gate warms up twice at twice its concurrency, learns its baseline, and gives each dose once', async () => {
  const { ran, doses, measured, order } = await programme('gate')
  expect(ran.slice(0, 5).map(({ role }) => role)).toEqual(['warm-up', 'warm-up', 'baseline', 'baseline', 'baseline'])
  expect(ran[0]?.dose).toBe(12)
  expect(measured.map(({ dose }) => dose)).toEqual(doses)
  expect(order.indexOf('before measuring')).toBe(5)
})

test('an application that is a thousand times slower than in its warm-up gets no further cycle once the time of the run is over', async () => {
  const { measured, early, doses } = await programme('gate', { perSecond: 100, factor: 0.001 })
  expect(early).toBe('time over')
  expect(measured.length).toBeLessThan(doses.length)
})

test('a night sends what its baseline shows that the application answers, however slow the warm-up was', async () => {
  const largest = async (coldFactor: number) => Math.max(...(await programme('nightly', { plan: { dose: 1_000_000, budgetMs: 3_600_000 }, coldFactor })).doses)
  const [warm, cold] = [await largest(1), await largest(0.1)]
  expect(warm / cold).toBeGreaterThan(0.98)
  expect(warm / cold).toBeLessThan(1.02)
})

test('a gate whose warm-up promised five times what the application answers still goes to the end of its plan, within its budget', async () => {
  const { measured, doses, early, endedAtMs } = await programme('gate', { plan: { dose: 100_000, budgetMs: 900_000 }, perSecond: 50, coldFactor: 5 })
  expect(early).toBeNull()
  expect(measured.map(({ dose }) => dose)).toEqual(doses)
  expect(endedAtMs).toBeLessThanOrEqual(900_000)
})

test('a gate gets no larger doses than it was promised, however fast its baseline was', async () => {
  const { doses } = await programme('gate', { plan: { dose: 100_000, budgetMs: 900_000 }, perSecond: 50, coldFactor: 0.2 })
  expect(Math.max(...doses)).toBeLessThan(Math.max(...(await programme('gate', { plan: { dose: 100_000, budgetMs: 900_000 }, perSecond: 50 })).doses))
})

test.each([
  ['a gate', 'gate', 900_000, Infinity],
  ['a night, with cycles that last equally long,', 'nightly', 3_600_000, 1.05],
] as const)('%s whose generators take 20 s to come in each cycle has doses that fill its budget: by what is answered while there is load', async (_, profile, budgetMs, apart) => {
  const { endedAtMs, doses, measured } = await programme(profile, { plan: { dose: 100_000, budgetMs }, perSecond: 50, comingMs: 20_000 })
  expect(endedAtMs).toBeLessThanOrEqual(budgetMs)
  expect(endedAtMs).toBeGreaterThan(budgetMs * 0.75)
  expect(Math.max(...doses)).toBeGreaterThan(1_000)
  const lasts = measured.map(({ lastsMs }) => lastsMs)
  expect(Math.max(...lasts) / Math.min(...lasts)).toBeLessThanOrEqual(apart)
})

test.each([
  ['a gate', 'gate', 900_000, Infinity],
  ['a night, with cycles that last equally long,', 'nightly', 3_600_000, 1.05],
] as const)('%s whose users take a minute to come in each measured cycle stays within its budget, and uses most of it', async (_, profile, budgetMs, apart) => {
  const { endedAtMs, doses, measured } = await programme(profile, { plan: { dose: 100_000, budgetMs }, perSecond: 50, rampMs: 60_000 })
  expect(endedAtMs).toBeLessThanOrEqual(budgetMs - closingMs)
  expect(endedAtMs).toBeGreaterThan(budgetMs * 0.75)
  expect(measured.slice(0, doses.length).map(({ dose }) => dose)).toEqual(doses)
  const lasts = measured.map(({ lastsMs }) => lastsMs)
  expect(Math.max(...lasts) / Math.min(...lasts)).toBeLessThanOrEqual(apart)
})

test('the cycles of the baseline are one stretch, each with a mix of its own; warm-up and measured cycles have that of the load', async () => {
  const { ran } = await programme('gate')
  expect(ran.map(({ role, stretch }) => (stretch ? `${role} ${stretch.nth} of ${stretch.doses.join()}` : role)).slice(0, 6)).toEqual(['warm-up', 'warm-up', 'baseline 0 of 10,10,10', 'baseline 1 of 10,10,10', 'baseline 2 of 10,10,10', 'measured'])
  expect(ran.filter(({ stretch }) => stretch)).toHaveLength(3)
})

test.each([
  ['a pool is declared: one more than its places, in all its processes', { limits: { poolMaxPerProcess: 5, workers: 4 } }, 21],
  ['no pool is declared: one more than the sessions that rested after the first warm-up', { sessionsAtRest: 10 }, 11],
  ['its places were counted: one more than these', { sessionsAtRest: 7, places: 15 }, 16],
  ['its places were counted, and so many at once would time out: a third of its time-out has to be enough', { sessionsAtRest: 7, places: 40, perSecond: 10, requestTimeoutMs: 9_000 }, 31],
  ['its load has opened more sessions than it answers in time: what shows only where some find none may be why', { sessionsAtRest: 10, perSecond: 1 }, 11],
  ['a process a request: as many as the plan says', { limits: { poolMaxPerProcess: 5, workers: 0 } }, 6],
  ['a pool smaller than the plan', { limits: { poolMaxPerProcess: 3 } }, 6],
  ['a pool beyond what one generator asks for', { limits: { poolMaxPerProcess: 5_000 }, plan: { dose: 400, budgetMs: 3_600_000 } }, 100],
])('the second warm-up and the largest dose leave some without a place, where %s', async (_, application, peak) => {
  const { ran, doses, measured } = await programme('gate', application)
  expect(ran[1]?.concurrency).toBe(peak)
  expect(measured.map(({ concurrency }) => concurrency)).toEqual(doses.map((dose) => (dose === Math.max(...doses) ? peak : 6)))
})

test.each([
  ['a repro ends with the first confirmed leak', 'repro', 7, 1],
  ['a repro that is confirmed in warm-up measures nothing', 'repro', 1, 0],
  ['a gate whose warm-up has shown a leak gives it one dose, to be told with it', 'gate', 1, 1],
] as const)('%s', async (_, profile, leakAfter, dosed) => {
  const { measured } = await programme(profile, { leakAfter })
  // The cycle without requests may come first, and tells no dose.
  expect(measured.filter(({ dose }) => dose > 0)).toHaveLength(dosed)
})

test('a gate ends as soon as the sequential test is sure; a nightly and a repro do not ask', async () => {
  expect((await programme('gate', { sureAfter: 8 })).measured).toHaveLength(3)
  expect((await programme('repro', { sureAfter: 8 })).measured).toHaveLength(5)
  expect((await programme('nightly', { sureAfter: 8, plan: { budgetMs: 600_000 } })).measured.length).toBeGreaterThanOrEqual(10)
})

test('a nightly goes on after a leak, to tell its rate', async () => {
  expect((await programme('nightly', { leakAfter: 1, plan: { budgetMs: 600_000 } })).measured.length).toBeGreaterThanOrEqual(10)
})

test('a gate that has gone blind ends; nothing it could still see would let it pass', async () => {
  expect((await programme('gate', { blindAfter: 5 })).measured).toHaveLength(0)
})

test.each([
  ['six minutes', 6 * 60_000, 5],
  ['an hour', 3_600_000, 20],
  ['a night', 8 * 3_600_000, 60],
])('a nightly of %s gives its doses again and again, in whole cycles that fill its time', async (_, budgetMs, perSecond) => {
  const { measured, doses, endedAtMs } = await programme('nightly', { plan: { budgetMs }, perSecond })
  expect(endedAtMs + closingMs).toBeLessThanOrEqual(budgetMs)
  expect(endedAtMs + closingMs).toBeGreaterThan(budgetMs * 0.98)
  expect(measured.length).toBeGreaterThanOrEqual(2 * doses.length)
  expect(measured.map(({ dose }) => dose)).toEqual(measured.map((_, nth) => doses[nth % doses.length]))
})

test('the cycles of a nightly last equally long, the one without load too: a leak by the hour is told from one by the request', async () => {
  const { measured } = await programme('nightly', { plan: { budgetMs: 3_600_000 } })
  const lasts = measured.map(({ lastsMs }) => lastsMs)
  expect(Math.max(...lasts) / Math.min(...lasts)).toBeLessThan(1.2)
})

test.each([2_000, 20_000, 40_000])('requests that come late by chance, by %i ms in two of the loads, take no cycle from a nightly', async (late) => {
  const budgetMs = 2 * 3_600_000
  const { measured, endedAtMs } = await programme('nightly', { plan: { budgetMs }, perSecond: 0.4, lateMs: (nth) => (nth === 7 || nth === 12 ? late : 0) })
  expect(endedAtMs + closingMs).toBeLessThanOrEqual(budgetMs)
  expect(endedAtMs + closingMs).toBeGreaterThan(budgetMs * 0.98)
  const lasts = measured.map(({ lastsMs }) => lastsMs)
  expect(Math.max(...lasts) / Math.min(...lasts)).toBeLessThan(1.2)
})

test('a nightly too short for one round of its smallest doses makes one, and does not wait on top', async () => {
  const { measured, doses, endedAtMs } = await programme('nightly', { plan: { budgetMs: 6 * 60_000 }, perSecond: 0.5 })
  expect(measured.map(({ dose }) => dose)).toEqual(doses)
  expect(endedAtMs).toBeLessThan(8 * 60_000)
})

test('a nightly on a machine that got three times slower after the warm-up still ends within its time, and uses most of it', async () => {
  const { endedAtMs, measured } = await programme('nightly', { plan: { budgetMs: 20 * 60_000 }, factor: 1 / 3 })
  expect(endedAtMs).toBeLessThanOrEqual(20 * 60_000)
  expect(endedAtMs).toBeGreaterThan(15 * 60_000)
  expect(measured.length).toBeGreaterThan(0)
})

test.each<[string, ProfileName, number, number]>([
  ['a gate in its second measured cycle', 'gate', 7, 2],
  ['a gate in its last', 'gate', 10, 5],
  ['a night as well', 'nightly', 9, 4],
])('a threshold that ends the load ends %s, and nothing is sent after it', async (_, profile, crossedAfter, cycles) => {
  const { measured, early } = await programme(profile, { crossedAfter, perSecond: 20 })
  expect([measured.length, early]).toEqual([cycles, 'threshold crossed'])
})

test.each<[string, ProfileName, (nth: number) => boolean, number | null]>([
  ['from the first on', 'gate', () => true, 2],
  ['in the last cycles of a gate', 'gate', (nth) => nth >= 9, null],
  ['in a gate from its second measured cycle on', 'gate', (nth) => nth >= 7, 8],
  ['every other time', 'gate', (nth) => nth % 2 === 0, null],
  ['four times in a night, and then no more', 'nightly', (nth) => nth >= 8 && nth <= 11, null],
  // Five, and a cycle between them that sends nothing.
  ['from some hour of a night on', 'nightly', (nth) => nth >= 20, 25],
])('loads that break one after another end the run: %s', async (_, profile, brokenIn, cycles) => {
  const { ran, early } = await programme(profile, { brokenIn, perSecond: 20 })
  expect(early === 'load broken' ? ran.length : early).toBe(cycles)
})

test('a run that is sure goes on while a threshold wants for data', async () => {
  const sure = await programme('gate', { sureAfter: 7 })
  const undecided = await programme('gate', { sureAfter: 7, decidedAfter: 9 })
  expect([sure.early, sure.measured.length, undecided.early, undecided.measured.length]).toEqual(['sure', 2, 'sure', 4])
})
