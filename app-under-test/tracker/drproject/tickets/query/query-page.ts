import { html } from '../../web/html.ts'
import { page, redirect } from '../../web/http.ts'
import { layout } from '../../web/layout.ts'
import { projectPage } from '../../web/project-page.ts'
import { pathIn } from '../../web/visit.ts'
import { saveForm } from '../reports/save-form.ts'
import { isColumn } from './columns.ts'
import { argsOfForm, filterForm } from './filter-form.ts'
import { parseQuery, queryArgs } from './query.ts'
import { resultsFile, resultsTable } from './results.ts'

/** `/PROJECT/query`: tickets by whatever they have; the open ones if nothing is asked. The address says it all, so it can be kept. */
export const queryModule = projectPage({
  path: /\/query/,
  answer: async (visit) => {
    const { request, project } = visit
    const sent = argsOfForm(request.args)
    if (sent) return redirect(request, `${pathIn(project, 'query')}?${String(queryArgs(parseQuery(sent)))}${sent.has('add') ? `&add=${encodeURIComponent(sent.get('add') ?? '')}` : ''}`)
    const query = parseQuery(request.args)
    const shown = { title: 'Tickets', path: `${pathIn(project, 'query')}?${String(queryArgs(query))}`, query }
    const file = await resultsFile(visit, shown)
    if (file) return file
    const added = request.args.get('add') ?? ''
    const feed = html`<link rel="alternate" type="application/rss+xml" title="RSS feed" href="${request.root}${shown.path}&format=rss">`
    return page(layout(visit, { title: 'Tickets', head: feed, body: html`<h1>Tickets</h1>
<p><a href="${request.root}${pathIn(project, 'report')}">Reports</a></p>
${filterForm(visit, query, isColumn(added) ? added : null)}${await resultsTable(visit, shown)}${visit.can('TICKET_CHANGE') && html`<details><summary>Save this query as a report</summary>${saveForm(visit, { title: '', description: '', query: String(queryArgs(query)) })}</details>\n`}` }))
  },
})
