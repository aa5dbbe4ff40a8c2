import { arrivalOf, refuser, type Rules } from './arrivals.ts'
import type { Expected } from './expectation.ts'
import type { Format, Read, Reason } from './logged.ts'
import { learnRoutes, type Routes } from './routes.ts'

/** What a log holds, by one pass over it. */
export type Survey = {
  readonly format: Format
  /** Lines that are not empty; of a HAR its entries. */
  readonly lines: number
  readonly replayable: number
  /** Arrival of the first and the last that can be replayed, in epoch milliseconds; null where there is none. */
  readonly span: { readonly fromMs: number; readonly toMs: number } | null
  /** Why the others are not, the most frequent reason first. */
  readonly skipped: readonly Skipped[]
  /** Methods and hosts of all requests that could be read, with their counts. */
  readonly methods: ReadonlyMap<string, number>
  readonly hosts: ReadonlyMap<string, number>
  /** Answers that are expected, with their counts. */
  readonly expected: ReadonlyMap<Expected, number>
  readonly routes: Routes
  readonly rate: Rate
  /** Requests whose recorded time lies more than a minute before that of an earlier line: files put together in the wrong order. */
  readonly backwards: number
}

export type Skipped = { readonly reason: Reason; readonly lines: number; readonly first: { readonly line: number; readonly text: string } }

/** Requests by spans of equal length, from `fromMs` on. */
export type Rate = { readonly fromMs: number; readonly everyMs: number; readonly counts: readonly number[]; readonly busiestSecond: number }

/** Folds a log into its survey. Memory follows its routes, not its length. */
export const surveyOf = async (batches: AsyncIterable<readonly Read[]>, { format, rules }: { readonly format: Format; readonly rules: Rules }): Promise<Survey> => {
  const refusal = refuser(rules, format === 'har')
  const routes = learnRoutes()
  const rate = measureRate()
  const skipped = new Map<Reason, { lines: number; readonly first: Skipped['first'] }>()
  const [methods, hosts, expected] = [new Map<string, number>(), new Map<string, number>(), new Map<Expected, number>()]
  const skip = (reason: Reason, line: number, text: string): void => {
    const known = skipped.get(reason)
    if (known === undefined) skipped.set(reason, { lines: 1, first: { line, text } })
    else known.lines += 1
  }
  let [lines, replayable, backwards] = [0, 0, 0]
  let [fromMs, toMs] = [Infinity, -Infinity]
  for await (const batch of batches) {
    for (const read of batch) {
      lines += 1
      if (read.kind === 'unread') {
        skip(read.reason, read.line, read.text)
        continue
      }
      increment(methods, read.method)
      if (read.host !== null && (hosts.has(read.host) || hosts.size < mostHosts)) increment(hosts, read.host)
      const reason = refusal(read)
      if (reason !== null) {
        skip(reason, read.line, `${read.method} ${read.path}`.slice(0, 120))
        continue
      }
      const arrival = arrivalOf(read, rules)
      replayable += 1
      if (read.atMs < toMs - backwardsMs) backwards += 1
      fromMs = Math.min(fromMs, read.atMs)
      toMs = Math.max(toMs, read.atMs)
      increment(expected, arrival.expected)
      routes.add(read.method, read.path)
      rate.add(read.atMs)
    }
  }
  return {
    format,
    lines,
    replayable,
    span: replayable === 0 ? null : { fromMs, toMs },
    skipped: [...skipped].map(([reason, one]) => ({ reason, ...one })).toSorted((a, b) => b.lines - a.lines),
    methods,
    hosts,
    expected,
    routes: routes.learned(),
    rate: rate.measured(),
    backwards,
  }
}

const mostHosts = 1_000
const backwardsMs = 60_000

const increment = <K>(counts: Map<K, number>, key: K): void => void counts.set(key, (counts.get(key) ?? 0) + 1)

/** Spans are doubled whenever there are too many of them: memory does not follow the log's length, nor one line that is years off. */
const measureRate = () => {
  let everyMs = 1_000
  let counts = new Map<number, number>()
  let [second, inSecond, busiestSecond] = [-1, 0, 0]
  return {
    add: (atMs: number): void => {
      const now = Math.floor(atMs / 1_000)
      if (now !== second) [second, inSecond] = [now, 0]
      busiestSecond = Math.max(busiestSecond, ++inSecond)
      increment(counts, Math.floor(atMs / everyMs))
      if (counts.size <= mostSpans) return
      everyMs *= 2
      const wider = new Map<number, number>()
      for (const [span, times] of counts) wider.set(Math.floor(span / 2), (wider.get(Math.floor(span / 2)) ?? 0) + times)
      counts = wider
    },
    measured: (): Rate => {
      if (counts.size === 0) return { fromMs: 0, everyMs, counts: [], busiestSecond }
      const spans = [...counts.keys()]
      const [first, last] = [Math.min(...spans), Math.max(...spans)]
      // One stray line may lie far from all others: as many columns as a chart can use, and no more.
      const wide = Math.ceil((last - first + 1) / mostColumns)
      const columns = Array.from({ length: Math.ceil((last - first + 1) / wide) }, () => 0)
      for (const [span, times] of counts) {
        const column = Math.floor((span - first) / wide)
        columns[column] = (columns[column] ?? 0) + times
      }
      return { fromMs: first * everyMs, everyMs: everyMs * wide, counts: columns, busiestSecond }
    },
  }
}

const mostSpans = 8_192
const mostColumns = 72
