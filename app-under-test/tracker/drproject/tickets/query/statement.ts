import type { Value } from '../../db/connection.ts'
import { parseDay, secondsOf } from '../../web/time.ts'
import { COLUMNS, type Column } from './columns.ts'
import { THE_VISITOR, type Filter, type TicketQuery } from './query.ts'

export type Statement = { readonly text: string; readonly values: readonly Value[] }

/** For whom a query is asked: `login` takes the place of $USER. */
export type Asker = { readonly project: string; readonly login: string }

/** Rows of `fields`, then, if the query groups, the group's value and its number of tickets on all pages. */
export function rowsStatement({ filters, order, descending, group }: Pick<TicketQuery, 'filters' | 'order' | 'descending' | 'group'>, fields: readonly Column[], asker: Asker, limit: number, offset: number): Statement {
  const values: Value[] = []
  const where = condition(filters, asker, values)
  const selected = [...fields, ...(group ? [group, `count(*) OVER (PARTITION BY ${group})`] : [])]
  const sorted = [...(group ? [sortKey(group), group] : []), sortKey(order) + (descending ? ' DESC' : ''), 'id']
  return { text: `SELECT ${selected.join(', ')} FROM ticket WHERE ${where} ORDER BY ${sorted.join(', ')} LIMIT $${values.push(limit)} OFFSET $${values.push(offset)}`, values }
}

/** One row: how many tickets each of the queries finds, counted in one go. */
export function countStatement(queries: readonly Pick<TicketQuery, 'filters'>[], asker: Asker): Statement {
  const values: Value[] = [asker.project]
  const counts = queries.map(({ filters }) => `count(*) FILTER (WHERE ${condition(filters, asker, values)})`)
  return { text: `SELECT ${counts.join(', ')} FROM ticket WHERE project = $1`, values }
}

function condition(filters: readonly Filter[], { project, login }: Asker, values: Value[]): string {
  const parameter = (value: Value) => `$${values.push(value)}`
  return [`project = ${parameter(project)}`, ...filters.map((filter) => `(${comparison({ ...filter, values: filter.values.map((value) => (value === THE_VISITOR ? login : value)) }, parameter)})`)].join(' AND ')
}

function comparison({ column, mode, values }: Filter, parameter: (value: Value) => string): string {
  const each = (form: (value: string) => string) => values.map(form).join(' OR ')
  switch (mode) {
    case 'is':
    case 'is not':
      return `${column} ${mode === 'is' ? 'IN' : 'NOT IN'} (${values.map((value) => parameter(COLUMNS[column].kind === 'number' ? Number(value) : value)).join(', ')})`
    case 'contains':
      return each((value) => `${column} ILIKE ${parameter(`%${value.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`)}`)
    case 'since':
      return each((value) => `${column} >= ${parameter(firstSecondOf(value))}`)
    case 'before':
      return each((value) => `${column} < ${parameter(firstSecondOf(value))}`)
    default:
      return mode satisfies never
  }
}

const firstSecondOf = (day: string) => secondsOf(parseDay(day) ?? new Date(Number.NaN))

/** Choices in the order of their list, not of the alphabet. */
function sortKey(column: Column): string {
  const known = COLUMNS[column]
  return known.kind === 'choice' ? `array_position(ARRAY[${known.of.map((choice) => `'${choice}'`).join(', ')}], ${column})` : column
}
