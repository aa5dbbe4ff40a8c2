import type { Rest } from './rest.ts'
import { thousands } from './words.ts'
import type { Planted } from '../timeline/planted.ts'

/** A size in bytes, which is never exact, as others write at the same time: the reading must rise by at least so much of what was planted as nobody can give back meanwhile. */
export type Size = {
  readonly called: string
  readonly counters: readonly string[]
  /** The counter in which the plant shows. */
  readonly counter: string
  readonly least: (planted: Planted) => number
}

export const sizes: readonly Size[] = [
  // The planter's program itself takes more or less memory from time to time, but by far less than what is planted.
  { called: 'memory', counters: ['app.anonymous-bytes', 'app.rss-bytes'], counter: 'harness.anonymous-bytes', least: ({ memoryBytes = 0, planterMemoryBytes = 0 }) => (memoryBytes === 0 ? 0 : planterMemoryBytes - memoryBytes / 2) },
  // Half of it may go: a pool that closes a session gives back its temporary tables.
  { called: 'the size of the database', counters: ['pg.database-bytes'], counter: 'pg.database-bytes', least: ({ databaseBytes = 0 }) => databaseBytes / 2 },
  { called: 'the size of the write-ahead log', counters: ['pg.wal-bytes'], counter: 'pg.wal-bytes', least: ({ walBytes = 0 }) => walBytes },
]

/**
 * Whether a plant showed in the reading of a size. `hidden`: the reading also fell, as something was given back at the same time (a vacuum cuts a table, a checkpoint removes segments
 * of the log), and so shows nothing either way.
 */
type Showing = 'seen' | 'hidden' | 'not seen' | 'not planted'

function showingOf({ counter, least }: Size, planted: Planted, before: Rest, during: Rest): Showing {
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

/** The sizes in which the plant showed. */
export const sizesSeen = (planted: Planted, before: Rest, during: Rest): readonly Size[] => sizes.filter((size) => showingOf(size, planted, before, during) === 'seen')
