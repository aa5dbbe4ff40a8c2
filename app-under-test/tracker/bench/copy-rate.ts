/**
 * How fast a preset is seeded, against psql that copies the same rows from files into the same tables of the same server:
 * `node bench/copy-rate.ts [--preset large] [--times 5]`. Brings its own PostgreSQL; psql must be there (Debian: postgresql-client).
 */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import pg from 'pg'
import { copyLine, dropOf, loadRows, SCHEMA } from '../seed/load.ts'
import { PRESETS } from '../seed/presets.ts'
import { byTable, TABLES, type Table, type Values } from '../seed/rows.ts'
import { startPostgres } from '../testing/postgres.ts'

const { values } = parseArgs({ options: { preset: { type: 'string', default: 'large' }, times: { type: 'string', default: '5' } } })
const preset = PRESETS[values.preset]
if (!preset) throw new Error(`There is no preset "${values.preset}". Use one of: ${Object.keys(PRESETS).join(', ')}.`)

await using postgres = await startPostgres()
await using made = new AsyncDisposableStack()
const folder = await mkdtemp(join(tmpdir(), 'tracker-copy-'))
made.defer(() => rm(folder, { recursive: true, force: true }))

const bytes = await writeFiles()
// One of each before, so that all find the same server.
await seeded()
await copied('load.sql')
await writeFile(join(folder, 'checked-later.sql'), await checkedLater())
console.log(`${values.preset}: ${(bytes / 1e6).toFixed(1)} MB of rows. Seconds, a line for each time; psql checks foreign keys row by row, or (as seed.ts does) when all rows are there:\n\n  seed.ts     psql  of its rate     psql, keys later  of its rate`)
const ratios: { readonly plain: number; readonly later: number }[] = []
for (let left = Number(values.times); left > 0; left--) {
  const [seed, plain, later] = [await seeded(), await copied('load.sql'), await copied('checked-later.sql')]
  ratios.push({ plain: plain / seed, later: later / seed })
  console.log(`${seed.toFixed(2).padStart(9)}${plain.toFixed(2).padStart(9)}${(plain / seed).toFixed(2).padStart(13)}${later.toFixed(2).padStart(21)}${(later / seed).toFixed(2).padStart(13)}`)
}
console.log(`\nSeeding has ${spread(ratios.map(({ plain }) => plain))} of the rate of psql's COPY, and ${spread(ratios.map(({ later }) => later))} if psql puts the foreign keys off too.`)

/** Generating the rows is part of it. */
function seeded(): Promise<number> {
  return secondsOf(() => loadRows(postgres.appUrl, preset!.rows(2006), { replace: true }))
}

/** Reading the files is part of it. */
function copied(script: string): Promise<number> {
  return secondsOf(() => promisify(execFile)('psql', [postgres.appUrl, '-q', '-X', '-v', 'ON_ERROR_STOP=1', '-f', join(folder, script)]))
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now()
  await work()
  return (performance.now() - begin) / 1000
}

function spread(figures: readonly number[]): string {
  const sorted = figures.toSorted((a, b) => a - b)
  return `${sorted[sorted.length >> 1]!.toFixed(2)} (median of ${sorted.length}, ${sorted[0]!.toFixed(2)} to ${sorted.at(-1)!.toFixed(2)})`
}

/** A file of COPY's text format for each table, and the script that loads them, in one transaction as the seed does. Returns their size. */
async function writeFiles(): Promise<number> {
  const copies: string[] = []
  let bytes = 0
  for (const [table, rows] of Object.entries(byTable(preset!.rows(2006))) as [Table, Values[]][]) {
    const file = join(folder, `${table}.copy`)
    const lines = Buffer.from(rows.map(copyLine).join(''))
    await writeFile(file, lines)
    bytes += lines.length
    copies.push(`\\copy ${table} (${TABLES[table].join(', ')}) FROM '${file}'`)
  }
  const schema = await readFile(SCHEMA, 'utf8')
  await writeFile(join(folder, 'load.sql'), ['BEGIN;', `${dropOf(schema)};`, schema, ...copies, 'COMMIT;', 'ANALYZE;', ''].join('\n'))
  return bytes
}

/** The same script, with the foreign keys dropped before the first COPY and added after the last. */
async function checkedLater(): Promise<string> {
  const client = new pg.Client({ connectionString: postgres.appUrl })
  await client.connect()
  const { rows } = await client.query<{ table: string; name: string; definition: string }>("SELECT conrelid::regclass::text AS table, quote_ident(conname) AS name, pg_get_constraintdef(oid) AS definition FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace")
  await client.end()
  const [drop, add] = [rows.map(({ table, name }) => `ALTER TABLE ${table} DROP CONSTRAINT ${name};\n`).join(''), rows.map(({ table, name, definition }) => `ALTER TABLE ${table} ADD CONSTRAINT ${name} ${definition};\n`).join('')]
  const script = await readFile(join(folder, 'load.sql'), 'utf8')
  return script.replace('\\copy', () => `${drop}\\copy`).replace('COMMIT;', () => `${add}COMMIT;`)
}
