import { read } from './db/read.ts'
import type { RequestHandler } from './web/dispatcher.ts'
import { html } from './web/html.ts'
import { page } from './web/http.ts'
import { layout } from './web/layout.ts'
import { pageAsked, pageOf } from './web/pager.ts'
import { pathIn } from './web/visit.ts'

/** `/`: the projects that the visitor may see. */
export const projectList: RequestHandler = {
  match: (request) => /^\/$/.exec(request.path),
  process: async (visit) => {
    const { env, request, visitor } = visit
    const asked = pageAsked(request.args, 100)
    const rows = await read(env, VISIBLE, [visitor.kind === 'person' ? visitor.login : '', asked.limit, asked.offset])
    const { shown, links } = pageOf(request, asked, rows)
    const items = shown.map(([name, title, description]) => html`<dt><a href="${request.root}${pathIn({ name: String(name) }, 'wiki', 'WikiStart')}">${String(title)}</a></dt><dd>${String(description)}</dd>\n`)
    return page(layout(visit, { title: 'Projects', body: html`<h1>Projects</h1>\n<dl>${items}</dl>\n${links}` }))
  },
}

/** As `capabilitiesOf` has it: members see what their role says, others what is public. */
const VISIBLE = `SELECT project.name, title, description FROM project LEFT JOIN membership ON membership.project = project.name AND login = $1
  WHERE CASE WHEN login IS NULL THEN public ELSE EXISTS (SELECT FROM permission WHERE permission.project = project.name AND permission.role = membership.role AND action = 'VIEW') END
  ORDER BY project.name LIMIT $2 OFFSET $3`
