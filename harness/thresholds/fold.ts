import type { Dose, Entry, LoadSecond, Phase } from '../timeline/entry.ts'
import type { Facts } from '../timeline/facts.ts'
import { decodeLatencies } from '../timeline/latencies.ts'
import type { Damage } from '../timeline/reader.ts'
import { faultOf } from '../timeline/shape.ts'
import type { Stamped } from '../timeline/timeline.ts'
import type { Finding } from '../verdict/verdict.ts'
import { openCounterClaim } from './counter-claim.ts'
import { openDroppedClaim } from './dropped-claim.ts'
import { openLoadClaim } from './load-claim.ts'
import type { RouteSecond, Second } from './tally.ts'
import { readThreshold } from './thresholds.ts'

/** The thresholds of a run while its record is read, or written: the same entries give the same findings. */
export type ThresholdFold = {
  readonly add: (entry: Entry | Damage) => void
  /** What the record says so far, in the order of their declaration. One without data is not held: it is inconclusive. */
  readonly findings: () => readonly Finding[]
  /** The first that ended the load; null while none has. */
  readonly endsLoad: () => Finding | null
}

/**
 * Thresholds are about the measured cycles: the warm-up is meant to be slow, and what comes after the last settle, such as the planted leaks, is the
 * harness's own. Memory is bounded whatever the hours.
 */
export function beginThresholds({ thresholds = [] }: Pick<Facts, 'thresholds'>): ThresholdFold {
  const opened = thresholds.map((declared) => openClaim(declared))
  const loads = opened.flatMap(({ load }) => load ?? [])
  const counters = opened.flatMap(({ counter }) => counter ?? [])
  const dropped = opened.flatMap(({ dropped: claim }) => claim ?? [])
  const measured = new Set<number>()
  let isMeasuring = false
  let unread = 0
  let open: { readonly cycle: number; readonly second: number; readonly atMs: number; readonly routes: RouteSecond[] } | null = null

  const close = (second: Second) => loads.forEach((load) => load.second(second))
  /** A second is whole once the next is told of, or the dose. */
  const closeOpen = () => {
    if (open !== null) close(open)
    open = null
  }
  const phase = ({ phase: name, edge, cycle }: Phase) => {
    if (cycle === undefined) return
    if (name === 'cycle' && edge === 'start') measured.add(cycle)
    isMeasuring = measured.has(cycle) && !(name === 'settle' && edge === 'end')
  }
  const load = (entry: Stamped<LoadSecond>) => {
    if (!measured.has(entry.cycle) || entry.second === undefined || loads.length === 0) return
    const { cycle, second, atMs } = entry
    // Subtle: of what a disk or an editor made of it. The seconds between two are gone through one by one.
    if (!Number.isSafeInteger(second) || second < 0 || (open?.cycle === cycle && second - open.second > longestSilenceS)) throw new TypeError(`no second of a load: ${second}`)
    if (open?.cycle !== cycle || open.second !== second) {
      const before: Second | null = open
      closeOpen()
      // Seconds in which nothing started or ended are seconds of load as well.
      if (before?.cycle === cycle) for (let between = before.second + 1; between < second; between += 1) close({ cycle, second: between, atMs, routes: [] })
      open = { cycle, second, atMs, routes: [] }
    }
    open.routes.push(routeSecond(entry))
  }
  const dose = (entry: Dose) => {
    if (!measured.has(entry.cycle)) return
    closeOpen()
    for (const one of loads) one.cycleEnded(entry.loadMs ?? null)
    for (const one of dropped) one.dose(entry)
  }

  return {
    add: (entry) => {
      if (opened.length === 0 || 'damage' in entry) return
      if (entry.kind === 'phase') phase(entry)
      // Subtle: the types hold for what the recorder wrote, not for what a disk or an editor made of it. That such an entry is damage the timeline's own fold tells.
      if (entry.kind === 'beat' && counters.length > 0 && faultOf(entry) === null) for (const counter of counters) counter.beat(entry, isMeasuring)
      if (entry.kind === 'dose' && faultOf(entry) === null) dose(entry)
      if (entry.kind !== 'load') return
      try {
        load(entry)
      } catch {
        unread += 1
      }
    },
    findings: () => opened.map(({ name, of, load: ofLoad }) => ({ invariant: name, threshold: true, ...(ofLoad !== null && unread > 0 ? unreadable(unread) : of.opinion()) })),
    endsLoad: () => {
      const first = opened.find(({ of }) => of.endsLoad())
      return first === undefined ? null : { invariant: first.name, threshold: true, ...first.of.opinion() }
    },
  }
}

/** No load is silent for a day. */
const longestSilenceS = 86_400

type Declared = NonNullable<Facts['thresholds']>[number]

function openClaim(declared: Declared) {
  const read = readThreshold(declared)
  if ('problems' in read) return { name: `${declared.metric}: ${declared.threshold}`, of: notUnderstood(read.problems), ...none }
  const { name, metric } = read
  switch (metric.kind) {
    case 'load': {
      const load = openLoadClaim({ ...read, metric })
      return { name, of: load, ...none, load }
    }
    case 'dropped': {
      const dropped = openDroppedClaim({ ...read, metric })
      return { name, of: dropped, ...none, dropped }
    }
    case 'counter': {
      const counter = openCounterClaim({ ...read, metric })
      return { name, of: counter, ...none, counter }
    }
    default:
      return metric satisfies never
  }
}

const none = { load: null, dropped: null, counter: null }

/** A scenario is checked before it runs; a record may be older than today's words, or damaged. */
const notUnderstood = (problems: readonly string[]) => ({ endsLoad: () => false, opinion: () => ({ kind: 'inconclusive' as const, sentence: problems.join(' '), settledBy: 'a record whose thresholds this version can read' }) })

const unreadable = (seconds: number) => ({ kind: 'inconclusive' as const, sentence: `${seconds} seconds of the load's record cannot be read`, settledBy: 'a record that is whole' })

function routeSecond({ route, counted, unexpected, timedOut, broken, latencies = '' }: LoadSecond): RouteSecond {
  const ended = counted + unexpected + timedOut + broken
  if (!Number.isFinite(ended)) throw new TypeError('a second of load without its counts')
  return { route, ended, asExpected: counted, latencies: decodeLatencies(latencies) }
}
