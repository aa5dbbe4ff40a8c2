import { readFile } from 'node:fs/promises'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startPostgres, type Postgres } from '../testing/postgres.ts'
import { loadRows, SCHEMA } from './load.ts'
import { PRESETS } from './presets.ts'
import type { SeedRow } from './rows.ts'

let postgres: Postgres
let client: pg.Client

beforeAll(async () => {
  postgres = await startPostgres()
  client = new pg.Client({ connectionString: postgres.appUrl })
  await client.connect()
}, 30_000)

afterAll(async () => {
  await client.end()
  await postgres[Symbol.asyncDispose]()
})

const rows: readonly SeedRow[] = [
  ['person', ['ada', 'Ada', '', '']],
  ['project', ['All', 'All', '', 0, true]],
  ['revision', ['All', 1, 0, 'ada', 'First.']],
]

test('a row that refers to nothing is refused, and nothing is left of the others', async () => {
  await expect(loadRows(postgres.appUrl, [...rows, ['node_change', ['All', 2, 'trunk', 'A']]], { replace: false })).rejects.toThrow(/foreign key constraint/)
  expect(await count("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")).toBe(0)
})

test('the tables have all the keys of the schema', async () => {
  expect(await loadRows(postgres.appUrl, rows, { replace: false })).toMatchObject({ person: 1, project: 1, revision: 1, ticket: 0 })
  const loaded = await constraints()
  expect(loaded.filter(({ kind }) => kind === 'f').length).toBeGreaterThan(10)
  await client.query('DROP OWNED BY tracker CASCADE')
  await client.query('CREATE SCHEMA IF NOT EXISTS public')
  await client.query(await readFile(SCHEMA, 'utf8'))
  expect(loaded).toEqual(await constraints())
})

test('a database that holds a tracker is left alone, unless it is to be replaced', async () => {
  await expect(loadRows(postgres.appUrl, rows, { replace: false })).rejects.toThrow('holds a tracker already. Add --replace')
  await loadRows(postgres.appUrl, rows, { replace: true })
  expect(await count('SELECT count(*) FROM revision')).toBe(1)
})

test('rows of many batches are counted, told of and all there', async () => {
  const told: number[] = []
  const counts = await loadRows(postgres.appUrl, PRESETS.django!.rows(2006), { replace: true, progress: (sent, done) => void told.push(done ? -1 : sent) })
  for (const table of ['ticket', 'ticket_change', 'message'] as const) expect([table, await count(`SELECT count(*) FROM ${table}`)]).toEqual([table, counts[table]])
  expect(told.length).toBeGreaterThan(3)
  expect(told.at(-1)).toBe(-1)
  expect(told.slice(0, -1)).toEqual(told.slice(0, -1).toSorted((a, b) => a - b))
})

const count = async (text: string) => Number((await client.query<{ count: string }>(text)).rows[0]!.count)

const constraints = async () => (await client.query<{ table: string; name: string; kind: string; definition: string }>("SELECT conrelid::regclass::text AS table, conname AS name, contype AS kind, pg_get_constraintdef(oid) AS definition FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2")).rows
