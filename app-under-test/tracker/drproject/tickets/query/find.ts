import { loginOf } from '../../auth/visitor.ts'
import type { Value } from '../../db/connection.ts'
import { read } from '../../db/read.ts'
import type { ProjectVisit } from '../../web/visit.ts'
import { COLUMNS, type Column } from './columns.ts'
import type { TicketQuery } from './query.ts'
import { countStatement, rowsStatement, type Asker } from './statement.ts'

/** A ticket as a list shows it: light, without its changes. */
export type TicketLine = {
  /** Of the columns that were asked for. */
  readonly cell: (column: Column) => string
  /** What it is grouped by, and how many of the query's tickets share that. */
  readonly group: { readonly value: string; readonly total: number } | null
}

/** One page of what a query finds. */
export async function findTickets(visit: ProjectVisit, query: TicketQuery, columns: readonly Column[], { limit, offset }: { readonly limit: number; readonly offset: number }): Promise<TicketLine[]> {
  const fields = [...new Set(columns)]
  const { text, values } = rowsStatement(query, fields, askerOf(visit), limit, offset)
  const rows = await read(visit.env, text, values)
  return rows.map((row) => ({
    cell: (column) => textOf(column, row[fields.indexOf(column)]),
    group: query.group && { value: String(row[fields.length]), total: Number(row[fields.length + 1]) },
  }))
}

/** How many tickets each of the queries finds. */
export async function countTickets(visit: ProjectVisit, queries: readonly Pick<TicketQuery, 'filters'>[]): Promise<number[]> {
  if (queries.length === 0) return []
  const { text, values } = countStatement(queries, askerOf(visit))
  const [row = []] = await read(visit.env, text, values)
  return row.map(Number)
}

const askerOf = ({ project, visitor }: ProjectVisit): Asker => ({ project: project.name, login: loginOf(visitor) })

const textOf = (column: Column, value: Value | undefined) => (COLUMNS[column].kind === 'day' ? new Date(1000 * Number(value)).toISOString() : String(value))
