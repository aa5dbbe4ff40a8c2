import type { Response } from '../../web/http.ts'
import { feed } from '../../web/feed.ts'
import { pathIn, type ProjectVisit } from '../../web/visit.ts'
import { wikiToHtml } from '../../wiki/markup.ts'
import type { Column } from './columns.ts'
import type { TicketLine } from './find.ts'
import type { TicketQuery } from './query.ts'

/** RFC 4180, with a byte order mark so that spreadsheets read UTF-8. `more`: the address of the rows that did not fit. */
export function ticketCsv({ columns }: TicketQuery, lines: readonly TicketLine[], more: string | null): Response {
  const rows = [columns, ...lines.map((line) => columns.map((column) => line.cell(column)))]
  return {
    status: 200,
    headers: { 'Content-Type': 'text/csv; charset=utf-8', 'Content-Disposition': 'attachment; filename="tickets.csv"', ...(more && { Link: `<${more}>; rel="next"` }) },
    body: `\uFEFF${rows.map((row) => `${row.map(csvCell).join(',')}\r\n`).join('')}`,
  }
}

/** What begins like a formula gets an apostrophe: a spreadsheet would run it (OWASP, "CSV Injection"). */
function csvCell(text: string): string {
  const inert = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert
}

/** What a feed needs of a ticket. */
export const FEED_NEEDS: readonly Column[] = ['id', 'summary', 'reporter', 'time', 'type', 'description']

export function ticketFeed({ request, project }: ProjectVisit, title: string, path: string, lines: readonly TicketLine[]): Response {
  return feed(request, {
    title: `${project.title}: ${title}`,
    link: request.baseUrl + path,
    description: `${title} of ${project.title}`,
    items: lines.map((line) => {
      const link = request.baseUrl + pathIn(project, 'ticket', line.cell('id'))
      const description = wikiToHtml(line.cell('description'), { root: request.baseUrl, project }).markup
      return { title: `#${line.cell('id')}: ${line.cell('summary')}`, link, guid: link, time: new Date(line.cell('time')), author: line.cell('reporter'), category: line.cell('type'), description }
    }),
  })
}
