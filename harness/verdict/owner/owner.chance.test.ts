import { expect, test, vi } from 'vitest'
import { itineraryOf } from '../../load/journey/itinerary.ts'
import { type Random, randomOf } from '../../simulator/random.ts'
import { epochOf, firstMeasured, startOf, timelineOf } from '../../testing/timeline-of.ts'
import type { Happening } from '../../timeline/entry.ts'
import type { Birth } from '../births.ts'
import { ownerOf } from './owner.ts'
import { rateOf } from '../rate.ts'

vi.setConfig({ testTimeout: 120_000 })

type Sent = { readonly route: number; readonly cycle: number; readonly startMs: number; readonly lastedMs: number }

const atOnce = 8
const loadMs = 9_000

/** A run's requests, divided as a real load divides them: three baseline cycles, then measured ones. If a leak is confirmed early, only the first measured one is run. */
function loadOf(random: Random, weights: readonly number[], unit: number): { readonly doses: readonly number[]; readonly sent: readonly Sent[] } {
  const half = Math.ceil(unit / 2)
  const baseline = [half, half, half]
  const measured = [0, 1, 2, 4, 1].map((share) => ({ dose: share * unit, at: random.fraction() })).toSorted((a, b) => a.at - b.at).map(({ dose }) => dose)
  const usualMs = weights.map(() => 3 + 150 * random.fraction() ** 2)
  const seed = random.between(0, 1e9)
  let first = 0
  const sent = [baseline, measured].flatMap((doses, block) =>
    doses.flatMap((dose, nth) => {
      const cycle = firstMeasured + 3 * block + nth
      const { visits, at } = itineraryOf({ dose, concurrency: atOnce, seed, cycle, firstRequest: first, ...(block === 0 && { stretch: { doses, nth } }) }, weights.map((weight) => ({ weight, requests: 1 })))
      first += dose
      const free = Array<number>(atOnce).fill(0)
      return Array.from({ length: visits }, (_, i): Sent => {
        const { share: route } = at(i)
        const user = free.indexOf(Math.min(...free))
        const [startMs, lastedMs] = [free[user] ?? 0, (usualMs[route] ?? 0) * random.within(0.6, 1.4)]
        free[user] = startMs + lastedMs + 0.5
        return { route, cycle, startMs: Math.min(startMs, loadMs), lastedMs }
      })
    }),
  )
  const last = random.chance(0.5) ? firstMeasured + 3 + measured.findIndex((dose) => dose > 0) : firstMeasured + 7
  return { doses: [...baseline, ...measured].slice(0, last - firstMeasured + 1), sent: sent.filter(({ cycle }) => cycle <= last) }
}

const nameOf = (route: number): string => `route ${route}`

const told = (sent: readonly Sent[]): readonly (Happening & { readonly atMs: number })[] =>
  [...Map.groupBy(sent, ({ route, cycle }) => `${route} ${cycle}`).values()].flatMap((some) => {
    const all = some.toSorted((a, b) => a.startMs - b.startMs)
    const [first] = all
    if (first === undefined) return []
    const one = { cycle: first.cycle, route: nameOf(first.route) }
    return [
      { kind: 'load' as const, ...one, started: all.length, counted: all.length, unexpected: 0, timedOut: 0, broken: 0, p50Ms: 1, p99Ms: 1, maxMs: 1, atMs: startOf(one.cycle) + 9_000 },
      { kind: 'requests' as const, ...one, fromMs: epochOf(startOf(one.cycle) + first.startMs), spans: all.flatMap(({ startMs, lastedMs }, i) => [startMs - (all[i - 1]?.startMs ?? startMs), lastedMs]), complete: true, atMs: startOf(one.cycle) + 9_500 },
    ]
  })

type Leaks = 'with each of its requests' | 'with one in three' | 'now and then' | 'in bursts'

/** Which of these requests leave something, and how much. */
function leftBy(leaks: Leaks, own: readonly Sent[], random: Random): readonly Sent[] {
  switch (leaks) {
    case 'with each of its requests':
      return own
    case 'with one in three':
      return own.filter(() => random.chance(1 / 3))
    case 'now and then':
      return own.filter(() => random.chance(random.within(2, 30) / own.length))
    case 'in bursts':
      return own.filter(() => random.chance(random.within(1, 6) / own.length)).flatMap((one) => Array.from({ length: random.between(1, 6) }, () => one))
    default:
      return leaks satisfies never
  }
}

const trials = 250

/** How often which owner is named, over many loads in which one route leaks, or all do. */
function named(whose: 'one route' | 'all', leaks: Leaks, isDated: boolean): { readonly right: number; readonly wrong: number; readonly left: number } {
  let [right, wrong, some] = [0, 0, 0]
  for (let trial = 0; trial < trials; trial += 1) {
    const random = randomOf(4, trial)
    const weights = Array.from({ length: random.between(2, 8) }, () => random.pick([0.1, 1, 2, 5, 10, 40]))
    const { doses, sent } = loadOf(random, weights, random.pick([20, 60, 125]))
    const leaky = whose === 'one route' ? random.pick([...new Set(sent.map(({ route }) => route))]) : null
    const leaving = leftBy(leaks, sent.filter(({ route }) => leaky === null || route === leaky), random)
    const left = leaving.map(({ cycle, startMs, lastedMs }): Birth => {
      const epochMs = epochOf(startOf(cycle) + startMs + random.within(0, lastedMs) + random.within(-1, 1))
      return { cycle, atMs: null, ...(isDated && { moment: { epochMs, withinMs: 2, of: 'start' } }) }
    })
    if (left.length === 0) continue
    some += 1
    const timeline = timelineOf({ doses, delivered: (cycle) => (cycle < firstMeasured ? { planned: 0, counted: 0 } : {}), also: told(sent) })
    const owner = ownerOf(timeline, [], left, rateOf(timeline, left))
    if (owner?.kind !== 'time' && owner?.kind !== 'dose') continue
    if (leaving.filter(({ route }) => owner.route === nameOf(route)).length >= 0.9 * leaving.length) right += 1
    else wrong += 1
  }
  return { right, wrong, left: some }
}

test.each<[Leaks, when: 'known' | 'unknown', namedAtLeast: number]>([
  ['with each of its requests', 'unknown', 0.8],
  ['with each of its requests', 'known', 0.9],
  ['with one in three', 'unknown', 0.05],
  ['with one in three', 'known', 0.6],
  ['now and then', 'unknown', 0.05],
  ['now and then', 'known', 0.5],
  ['in bursts', 'unknown', 0.01],
])('where a route leaks %s, at moments %s, it is named in its share of runs, and another in less than one of a hundred', (leaks, when, namedAtLeast) => {
  const { right, wrong, left } = named('one route', leaks, when === 'known')
  expect(right / left).toBeGreaterThanOrEqual(namedAtLeast)
  expect(wrong / left).toBeLessThan(0.01)
})

test.each<[Leaks, when: 'known' | 'unknown']>([
  ['with one in three', 'unknown'],
  ['now and then', 'unknown'],
  ['now and then', 'known'],
  ['in bursts', 'unknown'],
])('where requests of all routes leak %s, at moments %s, one that has left less than nine in ten is named in less than two of a hundred', (leaks, when) => {
  const { wrong, left } = named('all', leaks, when === 'known')
  expect(wrong / left).toBeLessThan(0.02)
})
