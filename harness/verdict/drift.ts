import type { Timeline } from '../timeline/timeline.ts'
import { untouchedRests } from './rest.ts'
import type { Interval } from './statistics/intervals.ts'
import { sentBy } from './sent.ts'
import { median, type Point, theilSen } from './statistics/theil-sen.ts'
import { thousands } from './words.ts'

/**
 * How a counter without identities moved from rest to rest. It is told and never judged: memory, descriptors and threads of a healthy runtime may take seven equal loads until they are
 * flat. `not settled yet`: a straight line and a rise that ends fit it about equally well.
 */
export type Drift = {
  readonly counter: string
  readonly kind: 'flat' | 'rose, then flat' | 'rises with the load' | 'not settled yet'
  /** Per 1,000 requests, in the counter's own unit. */
  readonly slope: number
  readonly interval: Interval
  readonly sentence: string
}

/** What is far below a megabyte is told in kilobytes: 0.00094 MB is hard to read. */
const inMegabytes = (bytes: number): string => (bytes !== 0 && Math.abs(bytes) < 1e4 ? `${inDigits(bytes / 1e3)} kB` : `${inDigits(bytes / 1e6)} MB`)

/**
 * Each is read from the first of its counters that the run has. Memory that no file backs says more than resident memory, which grows with every page of a program that is touched;
 * older records have only the latter.
 */
const measured = [
  { counters: ['app.anonymous-bytes', 'app.rss-bytes'], called: 'memory', amount: inMegabytes },
  { counters: ['app.fds'], called: 'descriptors', isPlural: true, amount: (n: number) => inDigits(n) },
  { counters: ['app.threads'], called: 'threads', isPlural: true, amount: (n: number) => inDigits(n) },
  { counters: ['app.orphan-sockets'], called: 'sockets without an owner', isPlural: true, amount: (n: number) => inDigits(n) },
  { counters: ['app.shm-bytes'], called: 'shared memory', amount: inMegabytes },
  { counters: ['app.sysv-bytes'], called: 'System V shared memory', amount: inMegabytes },
  { counters: ['pg.database-bytes'], called: 'database', amount: inMegabytes },
  { counters: ['pg.temporary-file-bytes'], called: 'temporary files', isPlural: true, amount: inMegabytes },
  // The whole log is no drift, since a healthy one grows up to max_wal_size. What slots keep of it has no such limit.
  { counters: ['pg.wal-retained-bytes'], called: 'write-ahead log kept by replication slots', amount: inMegabytes },
]

/** Fewer rests cannot tell a bend from a line. */
const enoughRests = 6

/**
 * By how much its criterion must be better before a model is believed: `bend` for a rise that ends, `line` for one that goes on, which accuses and so needs more. A difference below 2
 * decides nothing, one above 4 much (Burnham and Anderson, "Model selection and multimodel inference", 2002).
 */
export type Margins = { readonly bend: number; readonly line: number }

export const driftMargins: Margins = { bend: 2, line: 4 }

/** How each counter of the list that the run has moved. None for a counter with too few rests, or that was always 0. */
export function driftsOf(timeline: Timeline, margins: Margins = driftMargins): readonly Drift[] {
  return measured.flatMap(({ counters, called, amount, ...noun }) => {
    const counter = counters.find((one) => timeline.looks.some((look) => one in look.counters))
    if (counter === undefined) return []
    const points = pointsOf(timeline, counter)
    // A counter that was 0 all the time is not worth telling.
    if (points.every(({ y }) => y === 0)) return []
    const few = thinned(points)
    const line = points.length < enoughRests ? null : theilSen(few)
    if (line === null) return []
    const kind = shapeOf(few, line, margins)
    const [slope, lower, upper] = [line.slope, line.lower, line.upper].map((one) => one * 1_000) as [number, number, number]
    const range = `${amount(points[0]?.y ?? 0)} to ${amount(points.at(-1)?.y ?? 0)} over ${thousands(points.at(-1)?.x ?? 0)} requests`
    const said = 'isPlural' in noun ? kind.replace('rises', 'rise') : kind
    const sentence = kind === 'flat' ? `${called} flat: ${range}` : `${called} ${said}: ${range}, ${amount(slope)} per 1,000 (95 %: ${amount(lower)} to ${amount(upper)})`
    return [{ counter, kind, slope, interval: { lower, upper }, sentence }]
  })
}

/** The median of each rest's looks, by the requests sent up to then. */
function pointsOf(timeline: Timeline, counter: string): readonly Point[] {
  let [dosed, sent] = [0, 0]
  return untouchedRests(timeline).flatMap(({ looks, last, cycle }) => {
    const values = looks.flatMap((look) => look.counters[counter] ?? [])
    for (let dose = timeline.doses[dosed]; dose !== undefined && dose.atMs <= last.atMs; dose = timeline.doses[(dosed += 1)]) sent += sentBy(dose)
    return cycle === null || values.length === 0 ? [] : [{ x: sent, y: median(values) }]
  })
}

/**
 * Joins neighbouring points to their medians, so that no more than `mostPoints` are left: all rests of a night have a million slopes between them. Rests that follow one another also
 * resemble one another, which the interval does not know: with fewer points it becomes wider, and more truthful.
 */
function thinned(points: readonly Point[]): readonly Point[] {
  const each = Math.ceil(points.length / mostPoints)
  if (each <= 1) return points
  const groups = Array.from({ length: Math.ceil(points.length / each) }, (_, nth) => points.slice(nth * each, (nth + 1) * each))
  return groups.map((group) => ({ x: median(group.map(({ x }) => x)), y: median(group.map(({ y }) => y)) }))
}
const mostPoints = 500

/** Chooses by Akaike's criterion for small samples (Hurvich and Tsai, Biometrika 76, 1989) between three models: constant, line, line that ends in a constant. */
function shapeOf(points: readonly Point[], line: Interval, margins: Margins): Drift['kind'] {
  const criterion = (squares: number, parameters: number): number => {
    const n = points.length
    return n * Math.log(Math.max(squares, floorOf(points)) / n) + 2 * parameters + (2 * parameters * (parameters + 1)) / (n - parameters - 1)
  }
  // The second number counts the parameters of a model, the variance among them.
  const { constant, bentAt } = squaresOf(points)
  const flat = criterion(constant, 2)
  const straight = criterion(bentAt.at(-1) ?? constant, 3)
  const bentBy = (latest: number): number => criterion(Math.min(...bentAt.slice(1, Math.min(latest, points.length - 2))), 4)
  const bent = bentBy(points.length)
  const least = Math.min(flat, straight, bent)
  if (line.upper <= 0 || flat === least) return 'flat'
  if (bent + margins.bend <= straight) return 'rose, then flat'
  // A bend at one of the last rests fits as well as the line, however long the run was: so the line is held only against bends in the first three quarters.
  return straight + margins.line <= bentBy(Math.ceil(0.75 * points.length)) && line.lower > 0 ? 'rises with the load' : 'not settled yet'
}

/**
 * Sums of the squared residuals of regressions: on a constant, and on min(x, bend) with the bend at each of the points; at the last point this is a straight line. All in one pass,
 * since each rest of a night is tried as the bend: points come in the order of x, min(x, bend) - bend is 0 from the bend on, and the sums of what lies before grow from bend to bend. A
 * falling slope counts as no better than the constant.
 */
function squaresOf(points: readonly Point[]): { readonly constant: number; readonly bentAt: readonly number[] } {
  const meanY = points.reduce((sum, { y }) => sum + y, 0) / points.length
  const constant = points.reduce((sum, { y }) => sum + (y - meanY) ** 2, 0)
  let [before, sumX, sumXX, sumY, sumXY] = [0, 0, 0, 0, 0]
  const bentAt = points.map(({ x, y }) => {
    const sxx = sumXX - 2 * x * sumX + before * x ** 2 - (sumX - before * x) ** 2 / points.length
    const sxy = sumXY - x * sumY
    before += 1
    sumX += x
    sumXX += x ** 2
    sumY += y - meanY
    sumXY += x * (y - meanY)
    return sxx <= 0 || sxy <= 0 ? constant : constant - sxy ** 2 / sxx
  })
  return { constant, bentAt }
}

/** The smallest sum of squares that counts as a fit. Counters are whole numbers: residuals below half a unit, or below a millionth of the value, are rounding. */
const floorOf = (points: readonly Point[]): number => points.length * Math.max(0.25, (1e-6 * Math.max(...points.map(({ y }) => Math.abs(y)))) ** 2)

const inDigits = (value: number): string => (Math.abs(value) >= 100 ? `${value < 0 ? '-' : ''}${thousands(Math.abs(value))}` : Number.isInteger(value) ? String(value) : value.toPrecision(2))
