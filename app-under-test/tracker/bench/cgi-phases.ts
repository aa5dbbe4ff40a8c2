/**
 * Where the CPU of a CGI request goes: `node bench/cgi-phases.ts [--again] [--rounds 25]`. Real CGI processes on a PostgreSQL of its own, one at a time
 * and in turns, CPU of each from its start to its end as the shell's `time` has it. A phase is what a request that ends after it costs more than one that ends before.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { buildCgi, CGI_BIN } from '../build.ts'
import { loadRows } from '../seed/load.ts'
import { PRESETS } from '../seed/presets.ts'
import { startPostgres } from '../testing/postgres.ts'
import { resultsOf } from './results.ts'
import { median, table } from './statistics.ts'

/** The arguments of Node, and what it is asked. */
type Run = { readonly name: string; readonly argv: readonly string[]; readonly path: string; readonly query: string }

const { values } = parseArgs({ options: { again: { type: 'boolean' }, rounds: { type: 'string', default: '25' } } })
const results = resultsOf<{ readonly cpuMs: readonly number[] }>('cgi-phases')

const scratch = mkdtempSync(join(tmpdir(), 'tracker-cgi-'))
process.once('exit', () => rmSync(scratch, { recursive: true, force: true }))
const file = (name: string, text: string) => {
  writeFileSync(join(scratch, name), text)
  return join(scratch, name)
}

await buildCgi()
const bundle = join(CGI_BIN, 'drproject.cjs')
const bare = file('bare.cjs', '')
const cached = file('cached.cjs', `require('node:module').enableCompileCache(${JSON.stringify(join(scratch, 'cache'))}); require(${JSON.stringify(bundle)})`)
const unbundled = file('unbundled.mjs', `import { main } from ${JSON.stringify(join(import.meta.dirname, '..', 'cgi.ts'))}; await main()`)

const SCRIPT = ['drproject.cgi']
const stylesheet = { path: '/chrome/drproject.css', query: '' }
const phases: readonly Run[] = [
  { name: 'start', argv: [bare], ...stylesheet },
  { name: 'import', argv: SCRIPT, ...stylesheet },
  { name: 'connect', argv: SCRIPT, path: '/NoSuchProject/timeline', query: '' },
  { name: 'query', argv: SCRIPT, path: '/All/timeline', query: 'daysback=30&max=1&format=rss' },
  { name: 'render', argv: SCRIPT, path: '/All/timeline', query: 'daysback=30' },
]
const ways: readonly Run[] = [
  { name: 'a bare Node', argv: [bare], ...stylesheet },
  { name: "bundle with V8's code for it (chosen)", argv: SCRIPT, ...stylesheet },
  { name: "bundle with Node's compile cache", argv: [cached], ...stylesheet },
  { name: 'bundle, compiled anew', argv: [bundle], ...stylesheet },
  { name: 'no bundle', argv: [unbundled], ...stylesheet },
]

await using postgres = await startPostgres()
await loadRows(postgres.appUrl, PRESETS.course!.rows(2006), { replace: false })

const costs = await inTurns('phases', phases)
const ends = phases.map(({ name }) => median(costs.get(name)!))
console.log(table([
  ['CPU ms of a 30-day timeline of course', ...phases.map(({ name }) => name), 'start and import', 'all'],
  ['', ...ends.map((end, i) => (end - (ends[i - 1] ?? 0)).toFixed(0)), ends[1]!.toFixed(0), ends.at(-1)!.toFixed(0)],
]))

const starts = await inTurns('ways', ways)
console.log(`\n${table([['ways to start, up to the first page', 'CPU ms'], ...ways.map(({ name }) => [name, median(starts.get(name)!).toFixed(0)])])}`)

async function inTurns(figure: string, runs: readonly Run[]): Promise<ReadonlyMap<string, readonly number[]>> {
  const byName = new Map<string, number[]>(runs.map(({ name }) => [name, []]))
  for (let round = 0; round <= Number(values.rounds); round++) {
    for (const run of runs) {
      const { cpuMs } = await results.measured(`${figure}, ${run.name}, ${round}`, async () => ({ cpuMs: [cpuOf(run)] }))
      // The first round fills caches.
      if (round > 0) byName.get(run.name)!.push(...cpuMs)
    }
  }
  return byName
}

function cpuOf({ name, argv, path, query }: Run): number {
  const { stderr, stdout } = spawnSync('bash', ['-c', 'TIMEFORMAT="cpu %3U %3S"; time "$@"', 'bash', process.execPath, ...argv], {
    cwd: CGI_BIN,
    encoding: 'utf8',
    maxBuffer: 100_000_000,
    env: { PATH: process.env.PATH, DATABASE_URL: postgres.appUrl, TRACKER_NOW: `${PRESETS.course!.lastDay}T18:00:00Z`, TRACKER_LOG: '/dev/null', REQUEST_METHOD: 'GET', PATH_INFO: path, QUERY_STRING: query, SERVER_NAME: 'localhost' },
  })
  const [, user, system] = /^cpu ([\d.]+) ([\d.]+)$/m.exec(stderr) ?? []
  const expected = path === '/NoSuchProject/timeline' ? 404 : 200
  if (!user || (!argv.includes(bare) && !stdout.startsWith(`Status: ${expected}`))) throw new Error(`${name}: ${path} was not answered with ${expected}: ${stdout.slice(0, 60)} ${stderr}`)
  return (Number(user) + Number(system)) * 1000
}
