import type { Planted } from '../timeline/entry.ts'
import type { Rest } from './rest.ts'
import { thousands } from './words.ts'

/** What is never exactly so much, as others write meanwhile: of what was planted the reading must show at least so much as nobody gives back. */
export type Size = {
  readonly called: string
  readonly counters: readonly string[]
  /** In which the plant shows, and by how many bytes it must rise with it; 0 where none was planted. */
  readonly counter: string
  readonly least: (planted: Planted) => number
}

export const sizes: readonly Size[] = [
  // What the planter's program takes of its own goes up and down, by far less than what is planted.
  { called: 'memory', counters: ['app.anonymous-bytes', 'app.rss-bytes'], counter: 'harness.anonymous-bytes', least: ({ memoryBytes = 0, planterMemoryBytes = 0 }) => (memoryBytes === 0 ? 0 : planterMemoryBytes - memoryBytes / 2) },
  // A pool that closes a session gives back its temporary tables.
  { called: 'the size of the database', counters: ['pg.database-bytes'], counter: 'pg.database-bytes', least: ({ databaseBytes = 0 }) => databaseBytes / 2 },
  { called: 'the size of the write-ahead log', counters: ['pg.wal-bytes'], counter: 'pg.wal-bytes', least: ({ walBytes = 0 }) => walBytes },
]

/**
 * Whether a plant showed in the reading of a size. `hidden`: more was given back meanwhile than was planted, by a vacuum that cuts a table or a checkpoint that removes segments of the log, and so
 * the reading shows nothing either way.
 */
export type Showing = 'seen' | 'hidden' | 'not seen' | 'not planted'

export function showingOf({ counter, least }: Size, planted: Planted, before: Rest, during: Rest): Showing {
  const readings = [...before.looks, ...during.looks].flatMap(({ counters }) => counters[counter] ?? [])
  const [earlier, later] = [before, during].map(({ looks }) => Math.min(...looks.map(({ counters }) => counters[counter] ?? Number.NaN)))
  if (least(planted) <= 0 || readings.length < before.looks.length + during.looks.length) return 'not planted'
  if ((later ?? 0) - (earlier ?? 0) >= least(planted)) return 'seen'
  return readings.some((bytes, i) => bytes < (readings[i - 1] ?? 0)) ? 'hidden' : 'not seen'
}

/** `45,056 bytes of what is planted not seen in the size of the database`. */
export function sizeFaults(planted: Planted, before: Rest, during: Rest): readonly string[] {
  return sizes.filter((size) => showingOf(size, planted, before, during) === 'not seen').map((size) => `${thousands(size.least(planted))} bytes of what is planted not seen in ${size.called}`)
}

export const sizesSeen = (planted: Planted, before: Rest, during: Rest): readonly Size[] => sizes.filter((size) => showingOf(size, planted, before, during) === 'seen')
