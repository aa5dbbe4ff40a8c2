import type { Facts } from '../timeline/facts.ts'
import type { Findings } from '../verdict/verdict.ts'
import type { Series } from './series.ts'

/** One finished run as its readers get it: what was known before, what was concluded, and how the counters moved. */
export type RunRecord = { readonly facts: Facts; readonly findings: Findings; readonly series: Series }

/** One file in reporters/, as its default export: a pure function from a run to the text of `file` in the run's folder. */
export type Reporter = { readonly file: string; readonly render: (run: RunRecord) => string }
