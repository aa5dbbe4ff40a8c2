import { afterAll, beforeAll, expect, test } from 'vitest'
import { startPostgres, type Postgres } from '../../testing/postgres.ts'
import { connect, type Connection } from './connection.ts'

let postgres: Postgres
let connection: Connection

beforeAll(async () => {
  postgres = await startPostgres()
  connection = await connect(postgres.appUrl)
  await connection.query('CREATE TABLE note (id integer PRIMARY KEY, text text)', [])
  await connection.commit()
}, 60_000)

afterAll(async () => {
  await connection.end()
  await postgres[Symbol.asyncDispose]()
})

test('values come back as they went, the first time and the second', async () => {
  const values = [7, "it's", true, new Uint8Array([0, 255])]
  for (let time = 1; time <= 2; time++) {
    expect(await connection.query('SELECT $1::integer, $2::text, $3::boolean, $4::bytea, NULL, count(*) FROM note', values)).toEqual([[7, "it's", true, Buffer.from([0, 255]), null, '0']])
  }
})

test('what one transaction does is kept by commit and undone by rollback', async () => {
  const count = async () => (await connection.query('SELECT count(*) FROM note', []))[0]?.[0]
  await connection.query('INSERT INTO note VALUES ($1, $2)', [1, 'undone'])
  expect(await count()).toBe('1')
  connection.rollback()
  expect(await count()).toBe('0')
  await connection.query('INSERT INTO note VALUES ($1, $2)', [2, 'kept'])
  await connection.commit()
  connection.rollback()
  expect(await count()).toBe('1')
})

test.each([
  ['as it was parsed', 'SELECT nonsense FROM note WHERE id = $1', '42703'],
  ['as its values were bound', 'SELECT id FROM note WHERE id = $1 OR TRUE', '22P02'],
])('a statement that failed %s fails the same way again', async (_, text, code) => {
  for (let time = 1; time <= 2; time++) {
    await expect(connection.query(text, ['one'])).rejects.toMatchObject({ code })
    connection.rollback()
  }
})

test('a statement that failed for its values works with others', async () => {
  const found = (id: string | number) => connection.query('SELECT id FROM note WHERE id = $1', [id])
  await expect(found('two')).rejects.toMatchObject({ code: '22P02' })
  connection.rollback()
  expect(await found(2)).toEqual([[2]])
  connection.rollback()
})

test('of a transaction in which a statement failed nothing is kept, and commit says so', async () => {
  await expect(connection.query('SELECT 1 / $1::integer', [0])).rejects.toMatchObject({ code: '22012' })
  await expect(connection.query('SELECT 1', [])).rejects.toMatchObject({ code: '25P02' })
  await expect(connection.commit()).rejects.toThrow('Nothing was kept')
})

test('a statement whose table has changed fails once, and is prepared anew', async () => {
  const all = () => connection.query('SELECT * FROM note', [])
  expect(await all()).toEqual([[2, 'kept']])
  await connection.query('ALTER TABLE note ADD COLUMN pinned boolean NOT NULL DEFAULT FALSE', [])
  await connection.commit()
  await expect(all()).rejects.toMatchObject({ code: '0A000' })
  connection.rollback()
  expect(await all()).toEqual([[2, 'kept', false]])
})

test('statements beyond those that are kept prepared work as well, each time', async () => {
  for (let i = 0; i < 600; i++) expect(await connection.query(`SELECT ${i} + $1::integer`, [1])).toEqual([[i + 1]])
  for (let time = 1; time <= 2; time++) expect(await connection.query('SELECT 599 + $1::integer', [1])).toEqual([[600]])
  connection.rollback()
})

test('a server that has gone is an error, of this statement and of the next', async () => {
  const lost = await connect(postgres.appUrl)
  const [pid] = (await lost.query('SELECT pg_backend_pid()', [])).flat()
  const asleep = lost.query('SELECT pg_sleep(60)', [])
  await Promise.all([expect(asleep).rejects.toThrow(/terminat/), postgres.admin.query('SELECT pg_terminate_backend($1)', [pid])])
  await expect(lost.query('SELECT 1', [])).rejects.toThrow()
  expect(lost.broken()).toBe(true)
  await lost.end()
})
