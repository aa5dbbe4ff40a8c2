import { expect, test } from 'vitest'
import { factsOf, timelineOf } from '../testing/timeline-of.ts'
import type { Capacity } from '../timeline/entry.ts'
import type { Limits } from '../timeline/facts.ts'
import type { Stamped } from '../timeline/timeline.ts'
import { knownPlaces } from './places.ts'

const found = (parallel: number): Stamped<Capacity> => ({ kind: 'capacity', when: 'before-load', asked: 24, parallel, tries: [parallel, parallel, parallel], atMs: 100 })

test.each<[string, { readonly limits?: Limits; readonly found?: number; readonly chosenBy?: 'scenario' | 'harness' }, number | null]>([
  ['as many as a request that is named finds, whatever is declared', { limits: { poolMaxPerProcess: 10 }, found: 7, chosenBy: 'scenario' }, 7],
  ['as many as are declared, whatever a request finds that nobody has named: it may be of a small pool', { limits: { poolMaxPerProcess: 10 }, found: 2, chosenBy: 'harness' }, 10],
  ['as many as that finds where nothing is declared', { found: 7, chosenBy: 'harness' }, 7],
  ['not known where it finds as many as it asked for: there may be more', { found: 24, chosenBy: 'harness' }, null],
  ['as many as all processes declare', { limits: { poolMaxPerProcess: 10, workers: 3 } }, 30],
  ['not known where each request has a process of its own', { limits: { poolMaxPerProcess: 10, workers: 0 } }, null],
  ['not known where nothing tells', {}, null],
])('places of the pools: %s', (_, { limits = {}, found: parallel, chosenBy = 'scenario' }, places) => {
  const facts = { ...factsOf({ limits }), capacity: { paths: ['/'], heldBy: 'locks', chosenBy } } as const
  expect(knownPlaces({ ...timelineOf({}), facts, capacities: parallel === undefined ? [] : [found(parallel)] })?.places ?? null).toBe(places)
})
