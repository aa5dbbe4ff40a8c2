import type { Look } from '../../timeline/entry.ts'
import type { Series, Trace } from '../series.ts'
import { type Buckets, growingBuckets } from './buckets.ts'

const limits = { buckets: 1_000, counters: 64 }

type Range = { min: number; max: number }

/** Folds beats and looks into one trace a counter, and the baseline's looks into one envelope a counter. */
export function counterFold() {
  const now = new Map<string, number>()
  const rest = new Map<string, Range & { looks: number }>()
  const beyond = new Set<string>()
  const buckets = growingBuckets<Map<string, Range>>({
    widthMs: 250,
    limit: limits.buckets,
    create: () => new Map(),
    merge: (into, from) => from.forEach((range, name) => include(into, name, range)),
  })
  return {
    add: (atMs: number, counters: Readonly<Record<string, number>>) => {
      for (const [name, value] of Object.entries(counters)) {
        if (now.has(name) || now.size < limits.counters) now.set(name, value)
        else beyond.add(name)
      }
      // A beat tells only what changed: the others are still what they were, and were looked at.
      const bucket = buckets.at(atMs)
      for (const [name, value] of now) include(bucket, name, { min: value, max: value })
    },
    addLook: ({ reading, quiescent, counters }: Look) => {
      if (reading !== 'baseline' || !quiescent) return
      for (const [name, value] of Object.entries(counters)) {
        include(rest, name, { min: value, max: value, looks: 0 })
        const range = rest.get(name)
        if (range !== undefined) range.looks += 1
      }
    },
    baseline: () => Object.fromEntries(rest),
    leftOut: () => (beyond.size > 0 ? [`${beyond.size} counters beyond the first ${limits.counters}`] : []),
    finish: (sampleEveryMs: number): Series['counters'] => {
      const traces = [...now.keys()].map((name): [string, Trace] => [name, traceOf(buckets, name, sampleEveryMs)])
      return { bucketMs: buckets.widthMs, traces: Object.fromEntries(traces) }
    },
  }
}

function include<R extends Range>(ranges: Map<string, R>, name: string, range: R): void {
  const known = ranges.get(name)
  if (known === undefined) ranges.set(name, { ...range })
  else {
    known.min = Math.min(known.min, range.min)
    known.max = Math.max(known.max, range.max)
  }
}

/** A beat that is a little late is no gap; where five in a row are missing, the trace is interrupted. */
function traceOf({ all, widthMs }: Buckets<Map<string, Range>>, name: string, sampleEveryMs: number): Trace {
  const bridge = Math.ceil(Math.max(1_000, 5 * sampleEveryMs) / widthMs)
  const ranges = all.map((bucket) => bucket?.get(name) ?? null)
  const bridged = ranges.map((range, i) => {
    if (range !== null) return range
    const before = ranges.slice(Math.max(0, i - bridge), i).findLast((earlier) => earlier !== null) ?? null
    const goesOn = ranges.slice(i + 1, i + 1 + bridge).some((later) => later !== null)
    return goesOn ? before : null
  })
  return { min: bridged.map((range) => range?.min ?? null), max: bridged.map((range) => range?.max ?? null) }
}
