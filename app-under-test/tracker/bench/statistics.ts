/** The smallest value that `share` of all values do not exceed. Throws if there are none. */
export function percentile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new Error('There are no values.')
  return values.toSorted((a, b) => a - b)[Math.max(Math.ceil(values.length * share) - 1, 0)]!
}

export const median = (values: readonly number[]) => percentile(values, 0.5)

/** Columns as wide as their widest cell, the first to the left and the others to the right. */
export function table(rows: readonly (readonly (string | number)[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)))
  return rows.map((row) => row.map((cell, column) => (column === 0 ? String(cell).padEnd(widths[0]!) : String(cell).padStart(widths[column]! + 2))).join('').trimEnd()).join('\n')
}
