import { readFile } from 'node:fs/promises'
import { setImmediate as turn } from 'node:timers/promises'
import { finished } from 'node:stream/promises'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { TABLES, type Rows, type Table, type Values } from './rows.ts'

/** Told how many rows the server has, and when that was all. */
export type Progress = (rows: number, done?: boolean) => void

/** Creates the schema and copies the rows as they come, in one transaction. Returns how many rows each table got. Throws if the tracker's tables are there already, unless `replace`. */
export async function loadRows(databaseUrl: string, rows: Rows, { replace, progress = () => {} }: { readonly replace: boolean; readonly progress?: Progress }): Promise<Readonly<Record<Table, number>>> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'drproject-seed' })
  await client.connect()
  try {
    const schema = await readFile(SCHEMA, 'utf8')
    await client.query('BEGIN')
    if (replace) await client.query(dropOf(schema))
    await client.query(schema)
    const checkForeignKeys = await withoutForeignKeys(client, tablesOf(schema))
    const counts = await copyRows(client, rows, progress)
    await checkForeignKeys()
    await client.query('COMMIT')
    await client.query('ANALYZE')
    return counts
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === DUPLICATE_TABLE) throw new Error(`${error.message}: the database holds a tracker already. Add --replace to drop its tables and load them anew.`, { cause: error })
    throw error
  } finally {
    await client.end()
  }
}

/** Drops the tables' foreign keys until the rows are there: to check them all at once takes a fraction of looking each one up. Returns what adds them again, and throws if a row refers to nothing. */
async function withoutForeignKeys(client: pg.Client, tables: readonly string[]): Promise<() => Promise<void>> {
  const { rows } = await client.query<{ table: string; name: string; definition: string }>(
    "SELECT conrelid::regclass::text AS table, quote_ident(conname) AS name, pg_get_constraintdef(oid) AS definition FROM pg_constraint WHERE contype = 'f' AND conrelid = ANY ($1::regclass[])",
    [tables],
  )
  for (const { table, name } of rows) await client.query(`ALTER TABLE ${table} DROP CONSTRAINT ${name}`)
  return async () => {
    for (const { table, name, definition } of rows) await client.query(`ALTER TABLE ${table} ADD CONSTRAINT ${name} ${definition}`)
  }
}

/** While the server takes in one batch, the next one is made. */
async function copyRows(client: pg.Client, rows: Rows, progress: Progress): Promise<Record<Table, number>> {
  const counts = Object.fromEntries(NAMES.map((table) => [table, 0])) as Record<Table, number>
  let batch: Batch = new Map()
  let copying = Promise.resolve()
  let [characters, made, sent] = [0, 0, 0]
  const flush = async () => {
    await copying
    progress(sent)
    sent = made
    copying = copyBatch(client, batch)
    // It is awaited later on; should it fail before, that is no unhandled rejection.
    copying.catch(() => {})
    batch = new Map()
    characters = 0
  }
  for (const [table, values] of rows) {
    const line = copyLine(values)
    add(batch, table, line)
    counts[table]++
    characters += line.length
    if (characters >= BATCH_CHARACTERS) await flush()
    // The batch before can only be sent while we are not busy.
    if (++made % ROWS_PER_TURN === 0) await turn()
  }
  await flush()
  await copying
  progress(made, true)
  return counts
}

const NAMES = Object.keys(TABLES) as Table[]

const BATCH_CHARACTERS = 4_000_000
const ROWS_PER_TURN = 100

/** What a table gets. Lines are encoded one by one: most are plain ASCII, and a text of all of them is not. */
type Batch = Map<Table, { bytes: Buffer; length: number }>

function add(batch: Batch, table: Table, line: string): void {
  const lines = batch.get(table) ?? { bytes: Buffer.allocUnsafe(1 << 16), length: 0 }
  batch.set(table, lines)
  const needed = lines.length + 3 * line.length
  if (needed > lines.bytes.length) lines.bytes = Buffer.concat([lines.bytes.subarray(0, lines.length)], 2 * needed)
  lines.length += lines.bytes.write(line, lines.length)
}

/** Rows of a batch refer to rows of earlier tables, of the same or of an earlier batch. */
async function copyBatch(client: pg.Client, batch: Batch): Promise<void> {
  for (const table of NAMES) {
    const lines = batch.get(table)
    if (!lines) continue
    const copy = client.query(copyFrom(`COPY ${table} (${TABLES[table].join(', ')}) FROM STDIN`))
    copy.end(lines.bytes.subarray(0, lines.length))
    await finished(copy)
  }
}

/** COPY's text format. */
export const copyLine = (values: Values): string => `${(values.some(isSpecial) ? values.map(copyValue) : values).join('\t')}\n`

const isSpecial = (value: Values[number]) => typeof value === 'string' && SPECIAL.test(value)

const copyValue = (value: Values[number]) => (isSpecial(value) ? String(value).replaceAll(SPECIALS, (character) => ESCAPES[character]!) : value)

const SPECIAL = /[\\\t\n\r]/
const SPECIALS = /[\\\t\n\r]/g
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

export const SCHEMA = new URL('../schema.sql', import.meta.url)

export const dropOf = (schema: string) => `DROP TABLE IF EXISTS ${tablesOf(schema).join(', ')} CASCADE`

const tablesOf = (schema: string) => [...schema.matchAll(/^CREATE TABLE (\w+)/gm)].map((match) => match[1]!)

/** SQLSTATE duplicate_table. */
const DUPLICATE_TABLE = '42P07'
