import { expect, test, vi } from 'vitest'
import { type Random, randomOf } from '../../simulator/random.ts'
import { epochOf, startOf, timelineOf } from '../../testing/timeline-of.ts'
import type { Happening } from '../../timeline/entry.ts'
import type { Birth } from '../births.ts'
import { ownerOf } from './owner.ts'
import { rateOf } from '../rate.ts'

vi.setConfig({ testTimeout: 60_000 })

/** Four routes by eight users, four seconds in each of three cycles; each route has its own usual duration. */
const weights = { list: 60, page: 30, buy: 9, search: 1 } as const
const routes = Object.keys(weights) as (keyof typeof weights)[]
const cycles = [3, 5, 6]
const loadMs = 4_000

type Span = { readonly cycle: number; readonly startMs: number; readonly lastedMs: number }

function loadOf(random: Random): ReadonlyMap<string, readonly Span[]> {
  const usualMs = new Map(routes.map((route) => [route, 3 + 150 * random.fraction() ** 2]))
  const spans = new Map<string, Span[]>(routes.map((route) => [route, []]))
  const bag = routes.flatMap((route) => Array<string>(weights[route]).fill(route))
  for (const cycle of cycles)
    for (let user = 0; user < 8; user += 1)
      for (let startMs = random.within(0, 5); startMs < loadMs; ) {
        const route = random.pick(bag)
        const lastedMs = (usualMs.get(route as 'list') ?? 0) * random.within(0.6, 1.4)
        spans.get(route)?.push({ cycle, startMs, lastedMs })
        startMs += lastedMs + 0.5
      }
  return spans
}

const told = (spans: ReadonlyMap<string, readonly Span[]>): readonly (Happening & { readonly atMs: number })[] =>
  cycles.flatMap((cycle) =>
    [...spans].flatMap(([route, all]) => {
      const sent = all.filter((span) => span.cycle === cycle).toSorted((a, b) => a.startMs - b.startMs)
      const kept = sent.slice(0, 1_000)
      const [first] = kept
      if (first === undefined) return []
      return [
        { kind: 'load' as const, cycle, route, started: sent.length, counted: sent.length, unexpected: 0, timedOut: 0, broken: 0, p50Ms: 1, p99Ms: 1, maxMs: 1, atMs: startOf(cycle) + 9_000 },
        { kind: 'requests' as const, cycle, route, fromMs: epochOf(startOf(cycle) + first.startMs), spans: kept.flatMap(({ startMs, lastedMs }, i) => [startMs - (kept[i - 1]?.startMs ?? startMs), lastedMs]), complete: kept.length === sent.length, atMs: startOf(cycle) + 9_500 },
      ]
    }),
  )

type Leaks = 'in its requests' | 'after its requests' | 'at any time'

/** How often the right route and a wrong one are named, over many loads whose owner is drawn by lot. */
function named(leaks: Leaks, births: number): { readonly right: number; readonly wrong: number } {
  let [right, wrong] = [0, 0]
  for (let trial = 0; trial < trials; trial += 1) {
    const random = randomOf(births, trial)
    const spans = loadOf(random)
    const owner = random.pick([...spans].filter(([, all]) => all.length > 0).map(([route]) => route))
    const left = Array.from({ length: births }, (): Birth => {
      const { cycle, startMs, lastedMs } = random.pick(spans.get(owner) ?? [])
      const into = leaks === 'in its requests' ? random.within(0, lastedMs) : lastedMs + random.within(0, 80)
      const atMs = startOf(cycle) + (leaks === 'at any time' ? random.within(0, loadMs) : startMs + into)
      return { cycle, atMs: null, moment: { epochMs: epochOf(atMs + random.within(-1, 1)), withinMs: 2, of: 'start' } }
    })
    const timeline = timelineOf({ also: told(spans) })
    const verdict = ownerOf(timeline, [], left, rateOf(timeline, left))
    if (verdict?.kind !== 'time' && verdict?.kind !== 'dose') continue
    if (verdict.route === owner) right += 1
    else wrong += 1
  }
  return { right, wrong }
}

const trials = 100

test.each<[Leaks, births: number, rightAtLeast: number, wrongAtMost: number]>([
  ['in its requests', 2, 0.1, 0.02],
  ['in its requests', 5, 0.3, 0.02],
  ['in its requests', 20, 0.5, 0.03],
  ['after its requests', 5, 0.1, 0.02],
  ['at any time', 5, 0, 0.03],
  ['at any time', 20, 0, 0.05],
])('where a route leaks %s %i times, it is named in its share of loads, and another hardly ever', (leaks, births, rightAtLeast, wrongAtMost) => {
  const { right, wrong } = named(leaks, births)
  expect(right / trials).toBeGreaterThanOrEqual(rightAtLeast)
  expect(wrong / trials).toBeLessThanOrEqual(wrongAtMost)
})
