import { normalQuantile } from './distributions.ts'
import { ranked } from './ranked.ts'
import type { Interval } from './intervals.ts'

export type Point = { readonly x: number; readonly y: number }

/**
 * Median of the slopes between all pairs of points, with its interval by Kendall's tau (Sen, "Estimates of the regression coefficient based on Kendall's tau",
 * JASA 63, 1968): a few wild points move neither. null where no two points differ in x.
 */
export function theilSen(points: readonly Point[], confidence = 0.95): (Interval & { readonly slope: number }) | null {
  const slopes = slopesOf(points)
  if (slopes.length === 0) return null
  const half = (normalQuantile((1 + confidence) / 2) * Math.sqrt(varianceOfScore(points))) / 2
  const middle = slopes.length / 2
  const ranks = [Math.floor(middle - half) - 1, Math.ceil(middle) - 1, Math.floor(middle), Math.ceil(middle + half)].map((rank) => Math.max(0, Math.min(slopes.length - 1, rank)))
  const [lower, below, above, upper] = ranked(slopes, ranks) as [number, number, number, number]
  const line = { slope: (above + below) / 2, lower, upper }
  // Those of a night take 10 MB for each counter: given back at once, without waiting for the garbage collector.
  slopes.buffer.transfer(0)
  return line
}

/** The slopes of all pairs of points: a night has more than a million. */
function slopesOf(points: readonly Point[]): Float64Array<ArrayBuffer> {
  const slopes = new Float64Array((points.length * (points.length - 1)) / 2)
  const [xs, ys] = [Float64Array.from(points, ({ x }) => x), Float64Array.from(points, ({ y }) => y)]
  let found = 0
  for (let i = 0; i < xs.length; i += 1) {
    const [x, y] = [xs[i] as number, ys[i] as number]
    for (let j = i + 1; j < xs.length; j += 1) if (xs[j] !== x) slopes[found++] = ((ys[j] as number) - y) / ((xs[j] as number) - x)
  }
  return slopes.subarray(0, found)
}

/** Variance of Kendall's score, where points may share their x (Sen 1968, equation 2.6). */
function varianceOfScore(points: readonly Point[]): number {
  const of = (n: number): number => n * (n - 1) * (2 * n + 5)
  const ties = [...Map.groupBy(points, ({ x }) => x).values()].reduce((sum, { length }) => sum + of(length), 0)
  return (of(points.length) - ties) / 18
}

/** 0 for no values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle) - 1] ?? 0)) / 2
}
