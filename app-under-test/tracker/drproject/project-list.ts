import { Membership, Project } from './model.ts'
import type { RequestHandler } from './web/dispatcher.ts'
import { html } from './web/html.ts'
import { page } from './web/http.ts'
import { layout } from './web/layout.ts'
import { is } from './db/criteria.ts'
import { pathIn } from './web/visit.ts'

/** `/`: the projects that the visitor may see. */
export const projectList: RequestHandler = {
  match: (request) => /^\/$/.exec(request.path),
  process: async (visit) => {
    const { env, request, visitor } = visit
    using projects = await Project.select(env)
    using memberships = await Membership.select(env, is('login', visitor.kind === 'person' ? visitor.login : ''))
    const own = new Set(memberships.map(({ project }) => project))
    const items = projects
      .filter((project) => project.public || own.has(project.name))
      .map((project) => html`<dt><a href="${request.root}${pathIn(project, 'wiki', 'WikiStart')}">${project.title}</a></dt><dd>${project.description}</dd>\n`)
    return page(layout(visit, { title: 'Projects', body: html`<h1>Projects</h1><dl>${items}</dl>` }))
  },
}
