import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { TABLES, type Rows, type SeedRow, type Table } from './rows.ts'

/** Creates the schema and copies the rows, in one transaction. Throws if the tracker's tables are there already, unless `replace`. */
export async function loadRows(databaseUrl: string, rows: Rows, { replace }: { readonly replace: boolean }): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'drproject-seed' })
  await client.connect()
  try {
    const schema = await readFile(new URL('../schema.sql', import.meta.url), 'utf8')
    await client.query('BEGIN')
    if (replace) await client.query(`DROP TABLE IF EXISTS ${tablesOf(schema).join(', ')} CASCADE`)
    await client.query(schema)
    for (const table of Object.keys(TABLES) as Table[]) await copyTable(client, table, rows[table])
    await client.query('COMMIT')
    await client.query('ANALYZE')
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === DUPLICATE_TABLE) throw new Error(`${error.message}: the database holds a tracker already. Add --replace to drop its tables and load them anew.`, { cause: error })
    throw error
  } finally {
    await client.end()
  }
}

async function copyTable(client: pg.Client, table: Table, rows: readonly SeedRow[]): Promise<void> {
  const copy = client.query(copyFrom(`COPY ${table} (${TABLES[table].join(', ')}) FROM STDIN`))
  await pipeline(Readable.from(linesOf(rows)), copy)
}

/** COPY's text format, some thousand rows at a time. */
function* linesOf(rows: readonly SeedRow[]): Generator<string> {
  for (let i = 0; i < rows.length; i += 2000) yield rows.slice(i, i + 2000).map((row) => `${row.map(copyValue).join('\t')}\n`).join('')
}

const copyValue = (value: string | number | boolean) =>
  typeof value === 'string' ? value.replaceAll(/[\\\t\n\r]/g, (character) => ({ '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' })[character]!) : String(value)

const tablesOf = (schema: string) => [...schema.matchAll(/^CREATE TABLE (\w+)/gm)].map((match) => match[1]!)

/** SQLSTATE duplicate_table. */
const DUPLICATE_TABLE = '42P07'
