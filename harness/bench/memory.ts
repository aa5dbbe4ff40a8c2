import { spread, type Measure } from './measure.ts'
import { soakByCommand, type SoakResult } from './soak-run.ts'

/** A run long enough for a harness that keeps what it should forget to show it. */
export const memory: Measure<SoakResult> = {
  name: 'memory',
  claims: 'in ten minutes of load the harness stays under 200 MB and does not grow',
  times: 1,
  once: (_, options) => soakByCommand(['--profile', 'nightly', '--for', '10m'], options),
  figures: (results) => [
    `${results.map(({ verdict }) => verdict).join(', ')}; ${spread(results.map(({ harnessPeakMB }) => harnessPeakMB), 'MB at its peak', 0)}`,
    ...results.map(({ harnessQuartersMB }) => `median of each quarter of a run: ${harnessQuartersMB.join(', ')} MB`),
  ],
}
