import { transaction } from '../db/write.ts'
import type { PooledConnection } from '../db/pool.ts'
import type { Form } from '../web/form.ts'
import { html, type Markup } from '../web/html.ts'
import { BadRequest } from '../web/http.ts'
import { layout } from '../web/layout.ts'
import { pathIn, type ProjectVisit } from '../web/visit.ts'

/** One of the pages of the administration. */
export type Section = {
  /** With what was wrong, if the page answers a form: what the visitor wrote is in `visit.form`. */
  readonly show: (visit: ProjectVisit, problem?: string) => Promise<Markup>
  /** Throws BadRequest, and changes nothing, if it cannot be done. */
  readonly change: (visit: ProjectVisit, form: Form) => Promise<unknown>
}

export function sectionPage(visit: ProjectVisit, { title, problem, body }: { readonly title: string; readonly problem: string | undefined; readonly body: Markup }): Markup {
  const { request, project } = visit
  const tabs = TABS.map(({ name, parts }) => {
    const path = pathIn(project, ...parts)
    return html`<a href="${request.root}${path}"${name === title && html` aria-current="page"`}>${name}</a> `
  })
  return layout(visit, { title: `${title} of ${project.title}`, body: html`<h1>${title} of ${project.title}</h1>\n<p class="tabs">${tabs}</p>\n${problem && html`<p class="problem">${problem}</p>\n`}${body}` })
}

const TABS = [
  { name: 'Description', parts: ['admin'] },
  { name: 'Members', parts: ['admin', 'members'] },
  { name: 'Roles', parts: ['admin', 'roles'] },
]

/**
 * Changes who may do what, one administrator at a time. Throws BadRequest, and changes nothing, if nobody would be left who may administer the
 * project: no page could ever undo that.
 */
export const govern = (visit: ProjectVisit, work: (cnx: PooledConnection) => Promise<void>): Promise<void> =>
  transaction(visit.env, async (cnx) => {
    await cnx.query('SELECT name FROM project WHERE name = $1 FOR UPDATE', [visit.project.name])
    await work(cnx)
    const [left] = await cnx.query(
      `SELECT 1 FROM membership JOIN permission may USING (project, role) JOIN permission sees USING (project, role)
       WHERE project = $1 AND may.action = 'PROJECT_ADMIN' AND sees.action = 'VIEW' LIMIT 1`,
      [visit.project.name],
    )
    if (!left) throw new BadRequest('Then nobody could administer the project any more. Give somebody else a role with VIEW and PROJECT_ADMIN first.')
  })
