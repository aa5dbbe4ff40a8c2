/** Spearman's rho, ties given their mean rank. Null where one side never varies. */
export function rankCorrelation(xs: readonly number[], ys: readonly number[]): number | null {
  const [a, b] = [ranks(xs), ranks(ys)]
  const mean = (xs.length + 1) / 2
  const sum = (of: (i: number) => number) => xs.reduce((total, _, i) => total + of(i), 0)
  const spread = Math.sqrt(sum((i) => (a[i]! - mean) ** 2) * sum((i) => (b[i]! - mean) ** 2))
  return spread === 0 ? null : sum((i) => (a[i]! - mean) * (b[i]! - mean)) / spread
}

const ranks = (values: readonly number[]) => values.map((value) => values.filter((other) => other < value).length + (values.filter((other) => other === value).length + 1) / 2)
