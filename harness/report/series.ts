import type { Dose, Entry, PhaseName } from '../timeline/entry.ts'
import type { Facts } from '../timeline/facts.ts'
import type { Damage } from '../timeline/reader.ts'
import { counterFold } from './series/counters.ts'
import { eventFold } from './series/events.ts'
import { loadFold, type LoadTrace } from './series/load.ts'
import { claimText } from '../thresholds/expression.ts'
import { readThreshold } from '../thresholds/thresholds.ts'
import { count } from '../verdict/words.ts'

/** How load and counters moved over a run, small enough to draw: its size does not follow the hours. Times in milliseconds of the record. */
export type Series = {
  readonly endMs: number
  /** By name; each has one value a bucket. */
  readonly counters: { readonly bucketMs: number; readonly traces: Readonly<Record<string, Trace>> }
  /** What each counter did at rest, before any measured load. */
  readonly baseline: Readonly<Record<string, Envelope>>
  readonly load: LoadTrace
  readonly spans: readonly Span[]
  /** When a probe gave no answer. */
  readonly unseen: readonly { readonly probe: string; readonly startMs: number; readonly endMs: number }[]
  readonly marks: readonly Mark[]
  readonly doses: readonly Dose[]
  /** The scenario's thresholds that a chart of the run can show. */
  readonly levels: readonly Level[]
  /** What was left out to keep the size bounded, or could not be read: one sentence each. */
  readonly leftOut: readonly string[]
}

/** Lowest and highest value a bucket; null where nobody looked. */
export type Trace = { readonly min: readonly (number | null)[]; readonly max: readonly (number | null)[] }

export type Envelope = { readonly min: number; readonly max: number; readonly looks: number }

export type Span = { readonly phase: PhaseName; readonly cycle: number | null; readonly startMs: number; readonly endMs: number }

export type Mark = { readonly kind: 'suspect' | 'evidence' | 'control' | 'blind' | 'server-log' | 'pool-cleanup' | 'capacity' | 'end'; readonly atMs: number; readonly label: string }

/** A threshold as a line: `of` is the counter that it is about, or `latency`. */
export type Level = { readonly of: string; readonly label: string; readonly value: number }

/** Folds a record into series in one pass. What is no entry (a damaged line) is counted and said. */
export async function seriesOf(entries: AsyncIterable<Entry | Damage>, { sampleEveryMs, thresholds = [] }: Pick<Facts, 'sampleEveryMs' | 'thresholds'>): Promise<Series> {
  const counters = counterFold()
  const load = loadFold()
  const events = eventFold()
  let endMs = 0
  let damaged = 0
  for await (const entry of entries) {
    if ('damage' in entry) {
      if (!entry.altered) damaged += 1
      continue
    }
    endMs = Math.max(endMs, entry.atMs)
    if (entry.kind === 'beat' || entry.kind === 'look') counters.add(entry.atMs, entry.counters)
    if (entry.kind === 'look') counters.addLook(entry)
    if (entry.kind === 'load') load.add(entry.atMs, entry)
    events.add(entry)
  }
  const leftOut = damaged > 0 ? [`${count(damaged, 'damaged line')} of the record`] : []
  const told = events.finish(endMs)
  return { ...told, endMs, counters: counters.finish(sampleEveryMs), baseline: counters.baseline(), load: load.finish(), levels: thresholds.flatMap((declared) => levelOf(declared)), leftOut: [...leftOut, ...counters.leftOut(), ...told.leftOut] }
}

function levelOf(declared: NonNullable<Facts['thresholds']>[number]): readonly Level[] {
  const read = readThreshold(declared)
  if ('problems' in read) return []
  const { metric, claim } = read
  if (metric.kind === 'counter') return [{ of: metric.name, label: claimText(claim), value: claim.value }]
  return metric.name === 'http_req_duration' ? [{ of: 'latency', label: `${claimText(claim)}${metric.route === null ? '' : ` ${metric.route}`}`, value: claim.value }] : []
}
