import { diskFull } from '../timeline/disk-full.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { cycleAt } from './cycle-at.ts'

/** Whether the server had no room on its disk, by its log or by what it told the probes: it needs some even to read. */
export const hadFullDisk = (timeline: Timeline): boolean => timeline.serverLog.some(({ sqlstate }) => sqlstate === diskFull) || toldAProbe(timeline)

const toldAProbe = ({ sight }: Timeline): boolean => sight.blind.some(({ sqlstate }) => sqlstate === diskFull)

/**
 * What befell the server, as the end of a sentence on what came of it: `; PostgreSQL's disk was full (53100), first in cycle 4: could not extend file "base/5/16413": No space left on device`.
 * Nothing where nothing is known to have.
 */
export function troubleWords(timeline: Timeline): string {
  const full = timeline.serverLog.find(({ sqlstate }) => sqlstate === diskFull)
  if (full !== undefined) return `; PostgreSQL's disk was full (${diskFull})${firstIn(timeline, full.atMs)}: ${full.message}`
  if (hadFullDisk(timeline)) return `; PostgreSQL's disk was full (${diskFull})`
  const died = deathOf(timeline)
  return died === undefined ? '' : `; PostgreSQL crashed${firstIn(timeline, died.atMs)}: ${died.message}`
}

/** The same behind what a probe said when it went blind, which may have told it already. */
export const troubleBesideBlindness = (timeline: Timeline): string => (toldAProbe(timeline) ? '' : troubleWords(timeline))

/** Of the lines with this severity a record holds no others. */
const deathOf = ({ serverLog }: Timeline) => serverLog.find(({ severity }) => severity === 'LOG')

const firstIn = (timeline: Timeline, atMs: number): string => {
  const cycle = cycleAt(timeline, atMs)
  return cycle === null ? '' : `, first in cycle ${cycle}`
}

/** What settles it, where something has befallen the server; else `otherwise`. */
export function remedyOfTrouble(timeline: Timeline, otherwise: string): string {
  if (hadFullDisk(timeline)) return "free some space on the disk of PostgreSQL's data, for which the processes stack takes TMPDIR and the containers stack the engine's own folder, and run again"
  const died = deathOf(timeline)
  if (died === undefined) return otherwise
  return /by signal 9\b/.test(died.message) ? "find out who killed PostgreSQL's process: a machine or container out of memory does (its kernel's log tells); then run again" : "find out why PostgreSQL's process crashed: what it ran, and which of its extensions; then run again"
}
