import { sequentialTest } from '../verdict/statistics/sequential.ts'
import { spread, type Measure } from './measure.ts'
import { soakByCommand, type SoakResult } from './soak-run.ts'

/** Without a single survivor: fewer cannot tell one in ten thousand from one in a million. */
const fewest = sequentialTest(0, 0).toAccept

/** A healthy application until it is certified, in requests and in time: what rests, looks and cycles cost on top of the requests that the statistics ask for. */
export const certify: Measure<SoakResult> = {
  name: 'certify',
  claims: `a healthy application is certified with at most 1.3 times the ${fewest.toLocaleString('en')} requests, and in 1.3 times the time, that the sequential test needs at the least`,
  times: 3,
  once: (_, options) => soakByCommand(['--profile', 'certify', '--stack', 'processes'], { ...options, scenario: 'scenarios/board.ts' }),
  figures: (results) => [
    `${results.map(({ verdict }) => verdict).join(', ')}; ${results.map(({ requests }) => requests.toLocaleString('en')).join(', ')} requests, ${spread(results.map(({ requests }) => requests / fewest), 'times the least')}`,
    `from the first of them to the end of the last rest ${spread(results.map(({ measuredS }) => measuredS), 's', 0)}, ${spread(results.map(({ measuredS, loadS, requests }) => measuredS / ((loadS * fewest) / requests)), 'times what the least needs at the same rate')}`,
  ],
}
