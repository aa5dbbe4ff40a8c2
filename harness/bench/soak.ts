import { spread, type Measure } from './measure.ts'
import { soakByCommand, type SoakResult } from './soak-run.ts'

/** The main job as the README runs it. */
export const soakLength: Measure<SoakResult> = {
  name: 'soak',
  claims: 'npm run soak ends within 120 s',
  times: 3,
  once: (_, options) => soakByCommand([], options),
  figures: (results) => [`${results.map(({ verdict }) => verdict).join(', ')}; ${spread(results.map(({ wallS }) => wallS), 's', 1)}`],
}
