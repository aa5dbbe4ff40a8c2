/**
 * Requests a second at concurrency 8, behind each front end: `node bench/apache-rate.ts [--again] [--seconds 8]`. Apache is the machine's own (apt-get install
 * apache2); clients and PostgreSQL share its processors. The server has as many workers as there are processors.
 */
import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { loadRows } from '../seed/load.ts'
import { PRESETS } from '../seed/presets.ts'
import { startFrontEnd } from '../testing/front-end.ts'
import { startPostgres } from '../testing/postgres.ts'
import { resultsOf } from './results.ts'
import { percentile, table } from './statistics.ts'

const CONCURRENCY = 8
const WARM_MS = 2_000
const FRONT_ENDS = ['apache.ts', 'gateway.ts', 'server.ts']
const PAGES = [
  { name: 'wiki page', path: '/All/wiki/WikiStart' },
  { name: 'feed of 7 days', path: '/All/timeline?daysback=7&max=50&format=rss' },
  { name: 'timeline of 30 days', path: '/All/timeline?daysback=30' },
]

type Rate = { readonly perSecond: number; readonly p50Ms: number; readonly p99Ms: number; readonly requests: number; readonly failed: number }

const { values } = parseArgs({ options: { again: { type: 'boolean' }, seconds: { type: 'string', default: '8' } } })
if (spawnSync('/usr/sbin/apache2', ['-v']).status !== 0) console.error('There is no apache2 on this machine: its rows are left out.')
const results = resultsOf<Rate>('apache-rate')

await using postgres = await startPostgres()
await loadRows(postgres.appUrl, PRESETS.course!.rows(2006), { replace: false })

const shown: (string | number)[][] = [[`course, concurrency ${CONCURRENCY}`, 'requests/s', 'p50 ms', 'p99 ms', 'failed']]
for (const program of FRONT_ENDS) {
  if (program === 'apache.ts' && spawnSync('/usr/sbin/apache2', ['-v']).status !== 0) continue
  await using frontEnd = await startFrontEnd(program, { DATABASE_URL: postgres.appUrl, TRACKER_NOW: `${PRESETS.course!.lastDay}T18:00:00Z`, TRACKER_WORKERS: String(availableParallelism()) })
  for (const { name, path } of PAGES) {
    const { perSecond, p50Ms, p99Ms, failed } = await results.measured(`${program}, ${name}`, () => rateOf(frontEnd.url + path))
    shown.push([`${program}: ${name}`, perSecond.toFixed(1), p50Ms.toFixed(0), p99Ms.toFixed(0), failed])
  }
}
console.log(table(shown))

/** Each of the clients asks again as soon as it is answered. */
async function rateOf(url: string): Promise<Rate> {
  const latencies: number[] = []
  let failed = 0
  const begin = performance.now() + WARM_MS
  const end = begin + Number(values.seconds) * 1000
  const client = async () => {
    while (performance.now() < end) {
      const asked = performance.now()
      const response = await fetch(url)
      await response.arrayBuffer()
      const answered = performance.now()
      if (asked < begin || answered > end) continue
      if (response.status === 200) latencies.push(answered - asked)
      else failed++
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, client))
  return { perSecond: latencies.length / Number(values.seconds), p50Ms: percentile(latencies, 0.5), p99Ms: percentile(latencies, 0.99), requests: latencies.length, failed }
}
