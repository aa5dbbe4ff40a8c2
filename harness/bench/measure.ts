import { appendResult, resumeResults, type Fits } from '../results.ts'

/** One figure of the bench: measured a number of times, each result appended to its raw file, so that a bench that is cut off goes on where it was. */
export type Measure<R extends object = object> = {
  readonly name: string
  readonly claims: string
  readonly times: number
  /** One measurement; `nth` counts from 0. */
  readonly once: (nth: number, options: MeasureOptions) => Promise<R>
  /** Whether a line of the raw file is a result, where an earlier one measured something else under the same name; default: all are. */
  readonly fits?: Fits<R>
  /** The figures, one line each, from all results. */
  readonly figures: (results: readonly R[]) => readonly string[]
  /** A chart of them, to lie beside the raw results; null while there is nothing to draw. */
  readonly drawing?: (results: readonly R[]) => { readonly file: string; readonly text: string } | null
}

export type MeasureOptions = { readonly signal: AbortSignal; readonly scenario: string; readonly reports: string }

/** Measures until `times` results are there, then gives all of them. */
export async function measure<R extends object>({ once, times, fits = () => true }: Measure<R>, file: string, options: MeasureOptions & { readonly times?: number }, onResult: (nth: number, result: R) => void): Promise<readonly R[]> {
  const results = [...(await resumeResults<R>(file, fits))]
  for (let nth = results.length; nth < (options.times ?? times); nth += 1) {
    options.signal.throwIfAborted()
    const result = await once(nth, options)
    await appendResult(file, result)
    results.push(result)
    onResult(nth, result)
  }
  return results
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  return sorted.length === 0 ? Number.NaN : ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle) - 1] ?? 0)) / 2
}

/** "median 0.91 s (0.85 to 1.2, n = 9)" */
export const spread = (values: readonly number[], unit: string, digits = 2): string =>
  values.length === 0 ? 'nothing measured' : `median ${median(values).toFixed(digits)} ${unit} (${Math.min(...values).toFixed(digits)} to ${Math.max(...values).toFixed(digits)}, n = ${values.length})`
