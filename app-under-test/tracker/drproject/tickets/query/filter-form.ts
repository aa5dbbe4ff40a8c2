import { checkbox, select } from '../../web/controls.ts'
import { html, type Markup } from '../../web/html.ts'
import { pathIn, type ProjectVisit } from '../../web/visit.ts'
import { COLUMN_NAMES, COLUMNS, GROUPING, isColumn, type Column } from './columns.ts'
import { encoded, modesOf, queryArgs, type Filter, type Mode, type TicketQuery } from './query.ts'

/**
 * The form that makes queries. It works without script, so it sends its filters numbered (`column.0`, `mode.0`, `value.0`, ...), and `argsOfForm`
 * turns what it sent into arguments of a query. `added` is a column for which a filter is to be filled in.
 */
export function filterForm({ request, project }: ProjectVisit, query: TicketQuery, added: Column | null): Markup {
  const filters = [...query.filters, ...(added ? [{ column: added, mode: modesOf(added)[0]!, values: [] }] : [])]
  const path = request.root + pathIn(project, 'query')
  const without = (filter: Filter) => `${path}?${String(queryArgs({ ...query, filters: query.filters.filter((other) => other !== filter) }))}`
  return html`<form action="${path}" class="query"><input type="hidden" name="update" value="1">
<fieldset><legend>Filters</legend>${filters.map((filter, i) => html`<p>${filterInputs(filter, i)} <a href="${without(filter)}">remove</a></p>\n`)}
<p><label>And ${select('add', [{ value: '', text: '(choose)' }, ...labelled(COLUMN_NAMES)], '')}</label> <button>Add filter</button></p></fieldset>
<p><label>Order by ${select('order', labelled(COLUMN_NAMES), query.order)}</label> ${checkbox('desc', '1', query.descending, 'descending')}
<label>Group by ${select('group', [{ value: '', text: '(nothing)' }, ...labelled(GROUPING)], query.group ?? '')}</label> <label>Rows <input name="max" size="3" value="${query.max}"></label></p>
<details><summary>Columns</summary><p>${COLUMN_NAMES.filter((column) => column !== 'description').map((column) => checkbox('col', column, query.columns.includes(column), COLUMNS[column].label))}</p></details>
<p><button>Update</button></p></form>
`
}

/** The arguments that a filled in form means; null if the form was not sent. */
export function argsOfForm(args: URLSearchParams): URLSearchParams | null {
  if (!args.has('update')) return null
  const made = new URLSearchParams()
  for (let i = 0; args.has(`column.${i}`); i++) {
    const column = args.get(`column.${i}`) ?? ''
    const mode = isColumn(column) ? modesOf(column).find((possible) => possible === args.get(`mode.${i}`)) ?? modesOf(column)[0]! : 'is'
    for (const value of args.getAll(`value.${i}`)) if (value.trim()) made.append(column, encoded(mode, value.trim()))
    if (args.has(`nothing.${i}`)) made.append(column, encoded(mode, ''))
  }
  for (const name of ['order', 'desc', 'group', 'col', 'max', 'add']) for (const value of args.getAll(name)) if (value) made.append(name, value)
  if (!made.has('order')) made.append('order', 'priority')
  return made
}

function filterInputs({ column, mode, values }: Filter, i: number): Markup {
  const known = COLUMNS[column]
  return html`<input type="hidden" name="column.${i}" value="${column}">${known.label} ${select(`mode.${i}`, modesOf(column).map((value) => ({ value, text: WORDS[value] })), mode)} ${valueInputs(column, mode, values, i)}${'optional' in known ? checkbox(`nothing.${i}`, '1', values.includes(''), 'nothing') : ''}`
}

/** Boxes to tick where there is a fixed list; otherwise an input for each value, and one for another. */
function valueInputs(column: Column, mode: Mode, values: readonly string[], i: number): readonly Markup[] {
  const known = COLUMNS[column]
  if (known.kind === 'choice' && mode !== 'contains') return known.of.map((choice) => checkbox(`value.${i}`, choice, values.includes(choice), choice))
  return [...values.filter((value) => value !== ''), ''].map((value, n) => html`${n > 0 && 'or '}<input name="value.${i}" value="${value}"${known.kind === 'day' ? html` type="date"` : ''}> `)
}

const WORDS: Readonly<Record<Mode, string>> = { is: 'is', 'is not': 'is not', contains: 'contains', since: 'on or after', before: 'before' }

const labelled = (columns: readonly Column[]) => columns.map((value) => ({ value, text: COLUMNS[value].label }))
