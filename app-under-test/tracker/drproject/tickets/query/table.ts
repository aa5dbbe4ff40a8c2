import { html, type Markup } from '../../web/html.ts'
import { momentOf } from '../../web/time.ts'
import { pathIn, type ProjectVisit } from '../../web/visit.ts'
import { COLUMNS, type Column } from './columns.ts'
import type { TicketLine } from './find.ts'
import { queryArgs, type TicketQuery } from './query.ts'

/** What a table needs of a ticket beside the columns that were asked for. */
export const TABLE_NEEDS: readonly Column[] = ['id', 'status', 'priority']

/** The tickets in their groups; a click on a column's head orders by it, a second one the other way round. */
export function ticketTable(visit: ProjectVisit, query: TicketQuery, lines: readonly TicketLine[]): Markup {
  if (lines.length === 0) return html`<p>No tickets match.</p>\n`
  const groups = Map.groupBy(lines, ({ group }) => group?.value)
  return html`<div class="scroll"><table class="tickets"><thead><tr>${query.columns.map((column) => head(visit, query, column))}</tr></thead>
${[...groups.values()].map((ofGroup) => html`<tbody>${groupHead(query, ofGroup[0]!)}${ofGroup.map((line) => row(visit, query, line))}</tbody>\n`)}</table></div>
`
}

function head({ request, project }: ProjectVisit, query: TicketQuery, column: Column): Markup {
  const again = query.order === column
  const args = queryArgs({ ...query, order: column, descending: again && !query.descending })
  return html`<th><a href="${request.root}${pathIn(project, 'query')}?${String(args)}">${COLUMNS[column].label}</a>${again && (query.descending ? ' ▾' : ' ▴')}</th>`
}

const groupHead = ({ group: column, columns }: TicketQuery, { group }: TicketLine): Markup | null =>
  column && group && html`<tr><th colspan="${columns.length}" class="group">${COLUMNS[column].label}: ${group.value || '(none)'} <small>(${tickets(group.total)})</small></th></tr>\n`

const row = (visit: ProjectVisit, { columns }: TicketQuery, line: TicketLine): Markup =>
  html`<tr class="${line.cell('priority')} ${line.cell('status')}">${columns.map((column) => html`<td>${cell(visit, column, line)}</td>`)}</tr>\n`

function cell({ request: { root }, project }: ProjectVisit, column: Column, line: TicketLine): Markup | string {
  const value = line.cell(column)
  if (column === 'id') return html`<a href="${root}${pathIn(project, 'ticket', value)}">#${value}</a>`
  if (column === 'summary') return html`<a href="${root}${pathIn(project, 'ticket', line.cell('id'))}">${value}</a>`
  if (column === 'milestone' && value) return html`<a href="${root}${pathIn(project, 'milestone', value)}">${value}</a>`
  return COLUMNS[column].kind === 'day' ? momentOf(new Date(value)) : value
}

export const tickets = (count: number): string => (count === 1 ? '1 ticket' : `${count} tickets`)
