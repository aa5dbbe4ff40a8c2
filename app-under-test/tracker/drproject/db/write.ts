import type { Environment } from '../environment.ts'
import { epochTimes, type Columns, type Field } from './columns.ts'
import type { Value } from './connection.ts'
import type { PooledConnection } from './pool.ts'

/** Does all of `work` in one transaction, or none of it. Throws what `work` throws. */
export async function transaction<T>(env: Environment, work: (cnx: PooledConnection) => Promise<T>): Promise<T> {
  using locals = env.heap.frame()
  const cnx = await env.getCnx()
  locals.own(cnx.object)
  try {
    const result = await work(cnx)
    await cnx.commit()
    return result
  } catch (error) {
    cnx.rollback()
    throw error
  } finally {
    cnx.close()
  }
}

/** Whoever locks the same project waits until our transaction ends: so numbers and names in it are given once. Rows that refer to the project are not held up. */
export async function lockProject(cnx: PooledConnection, project: string): Promise<void> {
  await cnx.query('SELECT 1 FROM project WHERE name = $1 FOR NO KEY UPDATE', [project])
}

/** A table that can be written: its columns name what may be set. */
type Writable<C extends Columns> = { readonly table: string; readonly columns: C }

type Fields<C extends Columns> = { readonly [name in keyof C]?: Field }

export async function insert<C extends Columns>(cnx: PooledConnection, { table, columns }: Writable<C>, fields: Fields<C>): Promise<void> {
  const set = settings(columns, fields)
  await cnx.query(`INSERT INTO ${table} (${set.map(({ column }) => column).join(', ')}) VALUES (${set.map((_, i) => cnx.placeholder(i + 1)).join(', ')})`, values(set))
}

/** Returns how many rows were changed. */
export async function update<C extends Columns>(cnx: PooledConnection, { table, columns }: Writable<C>, key: Fields<C>, fields: Fields<C>): Promise<number> {
  const [set, where] = [settings(columns, fields), settings(columns, key)]
  const assignments = set.map(({ column }, i) => `${column} = ${cnx.placeholder(i + 1)}`)
  const rows = await cnx.query(`UPDATE ${table} SET ${assignments.join(', ')} WHERE ${matching(cnx, where, set.length)} RETURNING 1`, values([...set, ...where]))
  return rows.length
}

/** Returns how many rows were removed. */
export async function remove<C extends Columns>(cnx: PooledConnection, { table, columns }: Writable<C>, key: Fields<C>): Promise<number> {
  const where = settings(columns, key)
  const rows = await cnx.query(`DELETE FROM ${table} WHERE ${matching(cnx, where, 0)} RETURNING 1`, values(where))
  return rows.length
}

type Setting = { readonly column: string; readonly value: Value }

/** Throws on a column that the table does not have: its name cannot be a parameter. */
function settings(columns: Columns, fields: Readonly<Record<string, Field | undefined>>): Setting[] {
  const set = Object.entries(fields).flatMap(([column, field]) => (field === undefined ? [] : [{ column, value: field instanceof Date ? epochTimes.toColumn(field) : field }]))
  for (const { column } of set) if (!Object.hasOwn(columns, column)) throw new Error(`There is no column "${column}".`)
  if (set.length === 0) throw new Error('No columns were named.')
  return set
}

const values = (set: readonly Setting[]) => set.map(({ value }) => value)

const matching = (cnx: PooledConnection, where: readonly Setting[], before: number) => where.map(({ column }, i) => `${column} = ${cnx.placeholder(before + i + 1)}`).join(' AND ')
