import { readFile } from 'node:fs/promises'
import pg from 'pg'
import { databaseUrl } from './depot.ts'

const client = new pg.Client({ connectionString: databaseUrl })
await client.connect()
await client.query(await readFile(new URL('../depot.sql', import.meta.url), 'utf8'))
await client.end()
