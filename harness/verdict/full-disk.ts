import { diskFull, diskIsFull } from '../timeline/disk-full.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { cycleAt } from './cycle-at.ts'

/** Whether the server had no room on its disk, by its log or by what it told the probes. */
export const hadFullDisk = ({ serverLog, sight }: Timeline): boolean => serverLog.some(({ sqlstate }) => sqlstate === diskFull) || sight.blind.some(({ reason }) => reason.startsWith(diskIsFull))

/** As the end of a sentence on what came of it: `; PostgreSQL's disk was full (53100), first in cycle 4: could not extend file "base/5/16413": No space left on device`. Nothing where it had room. */
export function fullDiskWords(timeline: Timeline): string {
  const first = timeline.serverLog.find(({ sqlstate }) => sqlstate === diskFull)
  if (first === undefined) return hadFullDisk(timeline) ? `; PostgreSQL's disk was full (${diskFull})` : ''
  const cycle = cycleAt(timeline, first.atMs)
  return `; PostgreSQL's disk was full (${diskFull})${cycle === null ? '' : `, first in cycle ${cycle}`}: ${first.message}`
}

/** What settles it. */
export const roomOnDisk = "free some space on the disk of PostgreSQL's data, for which the processes stack takes TMPDIR and the containers stack the engine's own folder, and run again"
