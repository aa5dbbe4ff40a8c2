import { html, type Markup } from '../../web/html.ts'
import { BadRequest, type Response } from '../../web/http.ts'
import { pageAsked, pageOf } from '../../web/pager.ts'
import type { ProjectVisit } from '../../web/visit.ts'
import { FEED_NEEDS, ticketCsv, ticketFeed } from './export.ts'
import { countTickets, findTickets } from './find.ts'
import type { TicketQuery } from './query.ts'
import { TABLE_NEEDS, ticketTable, tickets } from './table.ts'

/** What a query finds, wherever it is shown. `path` is the address of the page that shows it, below the script, with its arguments. */
export type Shown = { readonly title: string; readonly path: string; readonly query: TicketQuery }

/** One page of the tickets as a table, with how many there are in all. */
export async function resultsTable(visit: ProjectVisit, { query, path }: Shown): Promise<Markup> {
  const { request } = visit
  const [total = 0] = await countTickets(visit, [query])
  const asked = pageAsked(request.args, query.max)
  const { shown, links } = pageOf(request, asked, await findTickets(visit, query, [...TABLE_NEEDS, ...query.columns], asked))
  const format = (name: string) => `${request.root}${path}${path.includes('?') ? '&' : '?'}format=${name}`
  return html`<p>${tickets(total)}${shown.length < total && shown.length > 0 && `, ${asked.offset + 1} to ${asked.offset + shown.length} on this page`}. Also as <a href="${format('csv')}">CSV</a> and <a href="${format('rss')}">RSS</a>.</p>
${total > 0 && shown.length === 0 ? html`<p>None of them is on this page.</p>\n` : ticketTable(visit, query, shown)}${links}`
}

/** The same as a file, if the address asks for one. CSV has at most ten thousand rows at a time, and says where the next are. */
export async function resultsFile(visit: ProjectVisit, { title, path, query }: Shown): Promise<Response | null> {
  const { request } = visit
  const format = request.args.get('format') || 'html'
  switch (format) {
    case 'html':
      return null
    case 'rss':
      return ticketFeed(visit, title, path, await findTickets(visit, { ...query, group: null }, FEED_NEEDS, { limit: query.max, offset: 0 }))
    case 'csv': {
      const asked = pageAsked(request.args, CSV_ROWS)
      const lines = await findTickets(visit, { ...query, group: null }, query.columns, asked)
      const more = `${request.baseUrl}${path}${path.includes('?') ? '&' : '?'}format=csv&page=${asked.number + 1}`
      return ticketCsv(query, lines.slice(0, CSV_ROWS), lines.length > CSV_ROWS ? more : null)
    }
    default:
      throw new BadRequest(`format: "${format.slice(0, 40)}" is not possible. Use one of: html, csv, rss.`)
  }
}

const CSV_ROWS = 10_000
