import { expect, test } from 'vitest'
import { counting } from '../testing/looking.ts'
import { timelineOf, whatIsPlanted } from '../testing/timeline-of.ts'
import { counterNames } from '../timeline/counters.ts'
import { plantedInWords, unprovedKinds } from './planted-kinds.ts'
import { sizes } from './planted-sizes.ts'

const nothing = { planterPid: 1, sessionPids: [1], zombiePids: [2], descriptors: 5 }

test('what was planted is told by kind and number, and of what was not nothing', () => {
  expect(plantedInWords({ ...nothing, sharedMemoryBytes: 65_536, threads: 2 })).toBe('1 transaction, 1 zombie, 5 descriptors, 2 threads and 1 file of shared memory')
})

test('a run that planted one of each kind that it watches has proved them all', () => {
  expect(unprovedKinds(timelineOf(), whatIsPlanted, [])).toEqual([])
})

test('what a probe claims to see and was not planted is unproved; where the probe is not there, nobody claims it', () => {
  const timeline = timelineOf()
  expect(unprovedKinds(timeline, { ...whatIsPlanted, advisoryLocks: 0, requestPids: [], temporaryTables: 0 }, [])).toEqual(['advisory locks', 'request processes'])
  expect(unprovedKinds({ ...timeline, facts: { ...timeline.facts, probes: ['processes', 'postgres-relations'] } }, { ...whatIsPlanted, advisoryLocks: 0, temporaryTables: 0 }, [])).toEqual(['temporary tables'])
})

test('what no run can plant is unproved as soon as a look counts it, and so is a size in which no plant was seen', () => {
  const timeline = counting(() => ({ 'app.anonymous-bytes': 9e6, 'app.memory-kills': 0, 'pg.wal-bytes': 16_777_216 }))
  expect(unprovedKinds(timeline, whatIsPlanted, [])).toEqual(['memory', 'the size of the write-ahead log', 'kills for want of memory'])
  expect(unprovedKinds(timeline, whatIsPlanted, sizes)).toEqual(['kills for want of memory'])
})

test('a counter that nobody has told of, such as that of a probe of your own, is unproved by its own name', () => {
  expect(unprovedKinds(counting(() => ({ 'cache.entries': 4, 'app.cpu-ms': 9, 'load.in-flight': 0 })), whatIsPlanted, [])).toEqual(['cache.entries'])
})

test('every counter of a beat belongs to a kind, or to none for a reason', () => {
  const names = counterNames.filter((name) => name !== 'app.rss-bytes')
  expect(unprovedKinds(counting(() => Object.fromEntries(names.map((name) => [name, 0]))), whatIsPlanted, [])).toEqual([])
})
