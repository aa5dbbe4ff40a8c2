import { normalQuantile } from './distributions.ts'
import type { Interval } from './rates.ts'

export type Point = { readonly x: number; readonly y: number }

/**
 * Median of the slopes between all pairs of points, with its interval by Kendall's tau (Sen, "Estimates of the regression coefficient based on Kendall's tau",
 * JASA 63, 1968): a few wild points move neither. null where no two points differ in x.
 */
export function theilSen(points: readonly Point[], confidence = 0.95): (Interval & { readonly slope: number }) | null {
  const slopes = points.flatMap((one, i) => points.slice(i + 1).flatMap((other) => (one.x === other.x ? [] : [(other.y - one.y) / (other.x - one.x)]))).toSorted((a, b) => a - b)
  if (slopes.length === 0) return null
  const half = (normalQuantile((1 + confidence) / 2) * Math.sqrt(varianceOfScore(points))) / 2
  const at = (rank: number): number => slopes[Math.max(0, Math.min(slopes.length - 1, rank))] ?? 0
  return { slope: median(slopes), lower: at(Math.floor(slopes.length / 2 - half) - 1), upper: at(Math.ceil(slopes.length / 2 + half)) }
}

/** Variance of Kendall's score, with points that share their x (Sen 1968, equation 2.6). */
function varianceOfScore(points: readonly Point[]): number {
  const of = (n: number): number => n * (n - 1) * (2 * n + 5)
  const ties = [...Map.groupBy(points, ({ x }) => x).values()].reduce((sum, { length }) => sum + of(length), 0)
  return (of(points.length) - ties) / 18
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle) - 1] ?? 0)) / 2
}
