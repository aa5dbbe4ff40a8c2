import type { WikiPageRow } from '../model.ts'
import { html, type Markup } from '../web/html.ts'
import { BadRequest, page, type Response } from '../web/http.ts'
import { layout } from '../web/layout.ts'
import { momentOf } from '../web/time.ts'
import type { ProjectVisit } from '../web/visit.ts'
import { differencesToHtml } from './differences.ts'
import { pageNav, pagePath } from './page-nav.ts'
import { pageVersion, versionAsked } from './version.ts'

/** What differs between two versions of a page: those asked for, or the newest (or `version`) and the one before. */
export async function comparePage(visit: ProjectVisit, name: string): Promise<Response | null> {
  const to = await pageVersion(visit, name, versionAsked(visit.request.args, 'version'))
  if (!to) return null
  const oldVersion = versionAsked(visit.request.args, 'old_version') ?? to.version - 1
  const from = oldVersion > 0 ? await pageVersion(visit, name, oldVersion) : null
  if (oldVersion > 0 && !from) throw new BadRequest(`old_version: there is no version ${oldVersion} of ${name}.`)
  if (oldVersion === to.version) throw new BadRequest(`Version ${to.version} cannot differ from itself: choose two versions.`)

  const title = from ? `${name}: version ${from.version} to ${to.version}` : `${name}: first version`
  const body = html`${pageNav(visit, name, 'diff')}<h1>${title}</h1>
<dl class="versions">${from && about(visit, from)}${about(visit, to)}</dl>
${differencesToHtml(from?.text ?? '', to.text)}`
  return page(layout(visit, { title, body }))
}

const about = (visit: ProjectVisit, { name, version, time, author, comment }: WikiPageRow): Markup => html`<dt><a href="${pagePath(visit, name)}?version=${version}">Version ${version}</a> by ${author}, ${momentOf(time)}</dt><dd>${comment}</dd>
`
