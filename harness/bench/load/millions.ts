import { fileURLToPath } from 'node:url'
import { spread, type Measure } from '../measure.ts'
import { soakByCommand, type SoakResult } from '../soak-run.ts'

const wanted = 5_000_000

/** A whole run, boot to verdict, with its record on disk. */
export const loadMillions: Measure<SoakResult> = {
  name: 'load-millions',
  claims: 'a run of five million requests needs no more than 250 MB of memory and 100 MB of record',
  times: 1,
  once: (_, options) => soakByCommand(['--profile', 'nightly', '--for', '75m', '--stack', 'processes'], { ...options, scenario: fileURLToPath(new URL('saturation.ts', import.meta.url)) }),
  figures: (results) => [
    `${results.map(({ verdict, requests }) => `${verdict}, ${requests.toLocaleString('en')} requests${requests < wanted ? ` (${wanted.toLocaleString('en')} were wanted)` : ''}`).join('; ')}`,
    `harness: ${spread(results.map(({ harnessPeakMB }) => harnessPeakMB), 'MB at its peak', 0)}, median of each quarter ${results.map(({ harnessQuartersMB }) => harnessQuartersMB.join(', ')).join('; ')} MB; record: ${spread(results.map(({ recordMB }) => recordMB), 'MB', 0)}`,
  ],
}
