import { loginOf } from '../../auth/visitor.ts'
import { problemList } from '../../web/controls.ts'
import type { Form } from '../../web/form.ts'
import { html, type Markup } from '../../web/html.ts'
import { Forbidden, page, redirect, type Response } from '../../web/http.ts'
import { layout } from '../../web/layout.ts'
import { projectPage } from '../../web/project-page.ts'
import { pathIn, type ProjectVisit } from '../../web/visit.ts'
import { wikiToHtml } from '../../wiki/markup.ts'
import { placeOf } from '../../wiki/place.ts'
import { countTickets } from '../query/find.ts'
import { parseQuery, queryArgs } from '../query/query.ts'
import { resultsFile, resultsTable } from '../query/results.ts'
import { saveForm, type ReportDraft } from './save-form.ts'
import type { Report } from './standing.ts'
import { deleteReport, MOST_SAVED, reportNumbered, reportsOf, saveReport } from './store.ts'

/** `/PROJECT/report`: the reports, with how many tickets each has now. A POST saves another. */
export const reportListModule = projectPage({
  path: /\/report/,
  answer: async (visit) => (visit.form ? save(visit, visit.form) : page(await listPage(visit))),
})

/** `/PROJECT/report/N`: a report's tickets. A POST deletes it. */
export const reportModule = projectPage({
  path: /\/report\/(?<id>\d{1,9})/,
  answer: async (visit, { id }) => {
    const { env, project, request } = visit
    const report = await reportNumbered(env, project, Number(id))
    if (!report) return null
    if (visit.form) {
      if (!mayDelete(visit, report)) throw new Forbidden('Only who saved a report can delete it, and the administrators of the project. Those that every project has stay.')
      await deleteReport(env, project, report)
      return redirect(request, pathIn(project, 'report'))
    }
    const shown = { title: report.title, path: pathIn(project, 'report', report.id), query: parseQuery(new URLSearchParams(report.query)) }
    return (await resultsFile(visit, shown)) ?? page(await reportPage(visit, report, await resultsTable(visit, shown)))
  },
})

async function save(visit: ProjectVisit, form: Form): Promise<Response> {
  visit.require('TICKET_CHANGE')
  const { env, project, request } = visit
  const draft = { title: form.text('title'), description: form.text('description'), query: String(queryArgs(parseQuery(new URLSearchParams(form.text('query'))))) }
  const problems = problemsOf(draft)
  const id = problems.length === 0 ? await saveReport(env, project, { ...draft, author: loginOf(visit.visitor) }) : null
  if (id !== null) return redirect(request, pathIn(project, 'report', id))
  const full = `This project has saved ${MOST_SAVED} reports already: delete one first.`
  return page(layout(visit, { title: 'Save a report', body: html`<h1>Save a report</h1>\n${problemList(problems.length > 0 ? problems : [full])}${saveForm(visit, draft)}` }), 400)
}

const problemsOf = ({ title, description }: ReportDraft): readonly string[] =>
  [
    title === '' ? 'A report needs a title.' : null,
    title.length > 100 ? `The title has ${title.length} characters; 100 is the most.` : null,
    description.length > 2000 ? `The description has ${description.length} characters; 2000 is the most.` : null,
  ].filter((problem) => problem !== null)

async function listPage(visit: ProjectVisit): Promise<Markup> {
  const { env, request, project } = visit
  const reports = await reportsOf(env, project)
  const counts = await countTickets(visit, reports.map(({ query }) => parseQuery(new URLSearchParams(query))))
  const rows = reports.map(({ id, title, description, author }, i) => html`<tr><td>{${id}}</td><td><a href="${request.root}${pathIn(project, 'report', id)}">${title}</a>${description && html`<br><span class="note">${description}</span>`}</td><td>${author}</td><td class="number">${counts[i]}</td></tr>\n`)
  const body = html`<h1>Reports</h1>
<table><thead><tr><th>Report</th><th>Title</th><th>Saved by</th><th>Tickets now</th></tr></thead><tbody>${rows}</tbody></table>
<p>None of them? Make a <a href="${request.root}${pathIn(project, 'query')}">custom query</a>${visit.can('TICKET_CHANGE') && ', and save it as a report'}.</p>
`
  return layout(visit, { title: 'Reports', body })
}

async function reportPage(visit: ProjectVisit, report: Report, results: Markup): Promise<Markup> {
  const { request, project } = visit
  const path = pathIn(project, 'report', report.id)
  const deletion = mayDelete(visit, report) && html`<form method="post" action="${request.root}${path}">${visit.token.field()}<p><button>Delete this report</button></p></form>\n`
  return layout(visit, {
    title: `{${report.id}} ${report.title}`,
    head: html`<link rel="alternate" type="application/rss+xml" title="RSS feed" href="${request.root}${path}?format=rss">`,
    body: html`<h1>{${report.id}} ${report.title}</h1>
<div class="wikitext">${wikiToHtml(report.description, await placeOf(visit, report.description))}</div>
<p class="links"><a href="${request.root}${pathIn(project, 'report')}">All reports</a> <a href="${request.root}${pathIn(project, 'query')}?${report.query}">As a custom query</a></p>
${results}${deletion}`,
  })
}

const mayDelete = (visit: ProjectVisit, { author }: Report): boolean => author !== null && (visit.can('PROJECT_ADMIN') || (visit.can('TICKET_CHANGE') && author === loginOf(visit.visitor)))
