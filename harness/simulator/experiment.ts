import type { Invariant } from '../verdict/verdict.ts'

/** What is measured: cells of many trials each. A trial is known by its number alone. */
export type Experiment = {
  readonly name: string
  readonly cells: readonly Cell[]
}

export type Cell = {
  readonly cell: string
  /** Share of the trials asked for that this cell gets. */
  readonly share: number
  /** What came of one trial: names that are counted. */
  readonly trial: (seed: number, trial: number, invariants: readonly Invariant[]) => readonly string[]
}

/** Counts of a stretch of a cell's trials: a line of the raw results. `oddities` are the numbers of trials to look at again. */
export type Row = {
  readonly experiment: string
  readonly cell: string
  /** The digest of the engine that judged. */
  readonly engine: string
  readonly seed: number
  readonly from: number
  readonly trials: number
  readonly counts: Readonly<Record<string, number>>
  readonly oddities?: readonly number[]
}

/** Marks a counted name, so that the numbers of its trials are kept to be looked at again. */
export const odd = (name: string): string => `!${name}`

/** Does a stretch of trials and counts what came of them. The numbers of at most 20 odd ones are kept. */
export function countTrials({ name }: Experiment, { cell, trial }: Cell, { engine, seed, from, trials }: Pick<Row, 'engine' | 'seed' | 'from' | 'trials'>, invariants: readonly Invariant[]): Row {
  const counts: Record<string, number> = {}
  const oddities: number[] = []
  for (let i = from; i < from + trials; i += 1) {
    const names = trial(seed, i, invariants)
    for (const one of names) counts[one.replace(/^!/, '')] = (counts[one.replace(/^!/, '')] ?? 0) + 1
    if (names.some((one) => one.startsWith('!')) && oddities.length < 20) oddities.push(i)
  }
  return { experiment: name, cell, engine, seed, from, trials, counts, ...(oddities.length > 0 && { oddities }) }
}

/** The sum of one cell's rows. */
export function added(rows: readonly Pick<Row, 'trials' | 'counts' | 'oddities'>[]): Pick<Row, 'trials' | 'counts' | 'oddities'> {
  const counts: Record<string, number> = {}
  for (const row of rows) for (const [name, n] of Object.entries(row.counts)) counts[name] = (counts[name] ?? 0) + n
  return { trials: rows.reduce((sum, { trials }) => sum + trials, 0), counts, oddities: rows.flatMap(({ oddities = [] }) => oddities) }
}
