import type { Envelope, Mark, Series, Span, Trace } from '../series.ts'
import { outcomes, type RouteTrace } from '../series/load.ts'
import { count, thousands } from '../../verdict/words.ts'
import { bytes } from '../words.ts'

/** What charts.browser.js draws: panels below each other over one time axis. Times in seconds of the record. */
export type Drawing = {
  readonly endS: number
  readonly spans: readonly { readonly label: string; readonly phase: Span['phase']; readonly fromS: number; readonly toS: number }[]
  readonly unseen: readonly { readonly label: string; readonly fromS: number; readonly toS: number }[]
  readonly marks: readonly { readonly kind: Mark['kind']; readonly atS: number; readonly label: string }[]
  readonly panels: readonly Panel[]
}

export type Panel = {
  readonly title: string
  /** What it counts, in words; null where the title says it. */
  readonly meaning: string | null
  readonly unit: 'count' | 'ms' | 'bytes' | 'per second'
  /** `load` and `counters` are open at once, `more` on request. */
  readonly group: 'load' | 'counters' | 'more'
  readonly bucketS: number
  /** Lowest and highest at the baseline's looks. */
  readonly baseline: { readonly min: number; readonly max: number } | null
  /** Thresholds of the scenario's. */
  readonly levels: readonly { readonly label: string; readonly value: number }[]
  /** The lines are shares of one whole: drawn upon each other. */
  readonly stacked: boolean
  readonly lines: readonly Line[]
}

/** `low` is the lower edge of a band; lines without one are lines. `fail` is drawn in the colour of failure. */
export type Line = { readonly label: string; readonly tone: 'plain' | 'fail'; readonly values: readonly (number | null)[]; readonly low?: readonly (number | null)[] }

export function drawingOf(series: Series): Drawing {
  const names = Object.keys(series.counters.traces).filter((name) => !isFlat(series, name) && name !== inFlight)
  return {
    endS: series.endMs / 1_000,
    spans: series.spans.map((span) => ({ label: spanLabel(span), phase: span.phase, fromS: span.startMs / 1_000, toS: span.endMs / 1_000 })),
    unseen: series.unseen.map(({ probe, startMs, endMs }) => ({ label: `${probe} gave no answer`, fromS: startMs / 1_000, toS: endMs / 1_000 })),
    marks: series.marks.map(({ kind, atMs, label }) => ({ kind, atS: atMs / 1_000, label })),
    panels: [
      ...loadPanels(series),
      ...core.filter((name) => names.includes(name)).map((name) => counterPanel(series, name, 'counters')),
      ...names
        .filter((name) => !core.includes(name))
        .toSorted()
        .map((name) => counterPanel(series, name, 'more')),
    ],
  }
}

/** Counters that never moved: said in words instead of drawn. */
export function flatCounters(series: Series): readonly string[] {
  return Object.keys(series.counters.traces)
    .filter((name) => isFlat(series, name))
    .toSorted()
    .map((name) => `${name} ${(name.endsWith('-bytes') ? bytes : thousands)(values(series.counters.traces[name])[0] ?? 0)}`)
}

/** In this order, and drawn even where they never moved: a flat line of these is what a reader looks for. */
const meanings: ReadonlyMap<string, string> = new Map(Object.entries({
  'pg.backends': "sessions of PostgreSQL, without Lowtide's own",
  'pg.idle-in-transaction': 'sessions that hold a transaction open and do nothing in it',
  'pg.oldest-transaction-ms': 'age of the oldest open transaction',
  'app.processes': 'processes of the application',
  'app.zombies': 'processes that have ended and that their parent has not reaped',
  'app.fds': 'open file descriptors of its processes',
  'app.threads': 'threads of its processes',
  'app.close-wait': 'half-closed sockets: the other end has closed them, the application has not',
  'app.rss-bytes': 'resident memory of its processes',
}))
const core = [...meanings.keys()]

function isFlat(series: Series, name: string): boolean {
  const seen = values(series.counters.traces[name])
  return !core.includes(name) && levelsOf(series, name).length === 0 && seen.every((value) => value === seen[0])
}

function values(trace: Trace | undefined): readonly number[] {
  return trace === undefined ? [] : [...trace.min, ...trace.max].filter((value) => value !== null)
}

const levelsOf = ({ levels }: Series, name: string): Panel['levels'] => levels.flatMap(({ of, label, value }) => (of === name ? [{ label, value }] : []))

function spanLabel({ phase, cycle }: Span): string {
  return cycle === null ? phase : `${phase} ${cycle}`
}

function counterPanel(series: Series, name: string, group: Panel['group']): Panel {
  const { bucketMs, traces } = series.counters
  const trace = traces[name] ?? { min: [], max: [] }
  // A counter may bear any name, `__proto__` too.
  const envelope = Object.hasOwn(series.baseline, name) ? series.baseline[name] : undefined
  const unit = name.endsWith('-ms') ? 'ms' : name.endsWith('-bytes') ? 'bytes' : 'count'
  return {
    title: name,
    meaning: meanings.get(name) ?? null,
    unit,
    group,
    stacked: false,
    bucketS: bucketMs / 1_000,
    baseline: envelope === undefined || isRunningTotal(trace, envelope) ? null : { min: envelope.min, max: envelope.max },
    levels: levelsOf(series, name),
    lines: [{ label: name, tone: 'plain', values: trace.max, low: trace.min }],
  }
}

/** A total that rose through the baseline already, as the count of opened sessions does, has no level to return to. */
function isRunningTotal(trace: Trace, baseline: Envelope): boolean {
  const seen = trace.max.filter((value) => value !== null)
  return baseline.min < baseline.max && seen.every((value, i) => value >= (seen[i - 1] ?? value))
}

const routesDrawn = 5

/** Counted at every beat where the load generator tells it; else what started and did not end, at whole seconds. */
const inFlight = 'load.in-flight'

function loadPanels(series: Series): readonly Panel[] {
  const { load } = series
  if (load.routes.length === 0) return []
  const common = { group: 'load', meaning: null, stacked: false, bucketS: load.bucketMs / 1_000, baseline: null, levels: [] } as const
  const busiest = load.routes.toSorted((a, b) => sum(b.counted) - sum(a.counted))
  const perSecond = (requests: readonly number[]) => requests.map((value) => value / common.bucketS)
  const rest = busiest.slice(routesDrawn)
  const answered = load.maxMs.some((value) => value !== null)
  const latency: Panel = {
    ...common,
    title: 'latency of the slowest route',
    unit: 'ms',
    levels: levelsOf(series, 'latency'),
    lines: [
      { label: 'p50', tone: 'plain', values: load.p50Ms },
      { label: 'p99', tone: 'plain', values: load.p99Ms },
      { label: 'max', tone: 'plain', values: load.maxMs },
    ],
  }
  const lines: Line[] = busiest.slice(0, routesDrawn).map(({ route, counted }) => ({ label: route, tone: 'plain', values: perSecond(counted) }))
  if (rest.length > 0) lines.push({ label: count(rest.length, 'more route'), tone: 'plain', values: perSecond(total(rest, ['counted'])) })
  lines.push({ label: 'without the expected answer', tone: 'fail', values: perSecond(total(load.routes, outcomes.filter((outcome) => outcome !== 'counted'))) })
  return [
    { ...common, title: 'requests, by route', unit: 'per second', stacked: true, lines },
    series.counters.traces[inFlight] === undefined
      ? { ...common, title: 'requests in flight', unit: 'count', lines: [{ label: 'in flight', tone: 'plain', values: load.inFlight }] }
      : { ...counterPanel(series, inFlight, 'load'), title: 'requests in flight' },
    ...(answered ? [latency] : []),
  ]
}

function total(routes: readonly RouteTrace[], of: readonly (typeof outcomes)[number][]): readonly number[] {
  const length = Math.max(0, ...routes.map(({ counted }) => counted.length))
  return Array.from({ length }, (_, i) => sum(routes.flatMap((route) => of.map((outcome) => route[outcome][i] ?? 0))))
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0)
}
