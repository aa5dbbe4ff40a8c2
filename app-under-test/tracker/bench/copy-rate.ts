/**
 * How fast a preset is seeded, against psql that copies the same rows from files into the same tables of the same server:
 * `node bench/copy-rate.ts [--preset large] [--pairs 5]`. Brings its own PostgreSQL; psql must be there (Debian: postgresql-client).
 */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { copyLine, dropOf, loadRows, SCHEMA } from '../seed/load.ts'
import { PRESETS } from '../seed/presets.ts'
import { byTable, TABLES, type Table, type Values } from '../seed/rows.ts'
import { startPostgres } from '../testing/postgres.ts'

const { values } = parseArgs({ options: { preset: { type: 'string', default: 'large' }, pairs: { type: 'string', default: '5' } } })
const preset = PRESETS[values.preset]
if (!preset) throw new Error(`There is no preset "${values.preset}". Use one of: ${Object.keys(PRESETS).join(', ')}.`)

await using postgres = await startPostgres()
await using made = new AsyncDisposableStack()
const folder = await mkdtemp(join(tmpdir(), 'tracker-copy-'))
made.defer(() => rm(folder, { recursive: true, force: true }))

const script = join(folder, 'load.sql')
const bytes = await writeFiles()
// One of each before, so that both find the same server.
await pair()
console.log(`${values.preset}: ${(bytes / 1e6).toFixed(1)} MB of rows. Seconds, one pair a line:\n\n  seed.ts     psql    ratio`)
const ratios: number[] = []
for (let left = Number(values.pairs); left > 0; left--) {
  const { seed, psql } = await pair()
  ratios.push(psql / seed)
  console.log(`${seed.toFixed(2).padStart(9)}${psql.toFixed(2).padStart(9)}${(psql / seed).toFixed(2).padStart(9)}`)
}
const sorted = ratios.toSorted((a, b) => a - b)
console.log(`\nSeeding has ${sorted[sorted.length >> 1]!.toFixed(2)} of psql's rate (median of ${ratios.length} pairs, ${sorted[0]!.toFixed(2)} to ${sorted.at(-1)!.toFixed(2)}).`)

/** Generating included on one side, reading files on the other; ANALYZE on both. */
async function pair(): Promise<{ readonly seed: number; readonly psql: number }> {
  const seed = await secondsOf(() => loadRows(postgres.appUrl, preset!.rows(2006), { replace: true }))
  const psql = await secondsOf(() => promisify(execFile)('psql', [postgres.appUrl, '-q', '-X', '-v', 'ON_ERROR_STOP=1', '-f', script]))
  return { seed, psql }
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now()
  await work()
  return (performance.now() - begin) / 1000
}

/** A file of COPY's text format for each table, and the script that loads them, in one transaction as the seed does. Returns their size. */
async function writeFiles(): Promise<number> {
  const tables = Object.entries(byTable(preset!.rows(2006))) as [Table, Values[]][]
  const copies: string[] = []
  let bytes = 0
  for (const [table, rows] of tables) {
    const file = join(folder, `${table}.copy`)
    const lines = Buffer.from(rows.map(copyLine).join(''))
    await writeFile(file, lines)
    bytes += lines.length
    copies.push(`\\copy ${table} (${TABLES[table].join(', ')}) FROM '${file}'`)
  }
  const schema = await readFile(SCHEMA, 'utf8')
  await writeFile(script, ['BEGIN;', `${dropOf(schema)};`, schema, ...copies, 'COMMIT;', 'ANALYZE;', ''].join('\n'))
  return bytes
}
