import { WikiVersion } from '../model.ts'
import { is, type Order } from '../db/criteria.ts'
import { html } from '../web/html.ts'
import { page, type Response } from '../web/http.ts'
import { layout } from '../web/layout.ts'
import { pageAsked, pageOf } from '../web/pager.ts'
import type { ProjectVisit } from '../web/visit.ts'
import { pageNav, pagePath } from './page-nav.ts'
import { TITLE_INDEX } from './place.ts'

/** The names of all pages, by what they begin with. */
export async function titleIndex(visit: ProjectVisit): Promise<Response> {
  const { env, request, project } = visit
  const asked = pageAsked(request.args, 200)
  const byName: Order = { kind: 'order', by: 'name', limit: asked.limit, offset: asked.offset }
  using first = await WikiVersion.select(env, project.name, is('version', 1), byName)
  const { shown, links } = pageOf(request, asked, first)
  const groups = Map.groupBy(shown, ({ name }) => name.slice(0, 1).toUpperCase())
  const body = html`${pageNav(visit, TITLE_INDEX, 'index')}<h1>${TITLE_INDEX}</h1>
${shown.length === 0 && html`<p>There are no pages here.</p>`}<div class="titles">${[...groups].map(([letter, pages]) => html`<section><h2>${letter}</h2><ul>${pages.map(({ name }) => html`<li><a href="${pagePath(visit, name)}">${name}</a></li>\n`)}</ul></section>\n`)}</div>
${links}`
  return page(layout(visit, { title: TITLE_INDEX, body }))
}
