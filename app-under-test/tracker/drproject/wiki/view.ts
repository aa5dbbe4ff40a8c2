import { attachmentList } from '../attachments/list.ts'
import type { WikiPageRow } from '../model.ts'
import { html, type Markup } from '../web/html.ts'
import { page, type Response } from '../web/http.ts'
import { layout } from '../web/layout.ts'
import { momentOf } from '../web/time.ts'
import type { ProjectVisit } from '../web/visit.ts'
import { wikiToHtml } from './markup.ts'
import { pagePath, pageNav } from './page-nav.ts'
import { withoutTitle } from './page-name.ts'
import { placeOf } from './place.ts'
import { pageVersion, versionAsked } from './version.ts'

/** A page's newest version, or the one asked for. */
export async function viewPage(visit: ProjectVisit, name: string): Promise<Response> {
  const asked = versionAsked(visit.request.args, 'version')
  const shown = await pageVersion(visit, name, asked)
  if (!shown) return missingPage(visit, name, asked)
  const body = html`${pageNav(visit, name, 'view')}<h1>${name}</h1>
${asked !== null && oldVersion(visit, shown)}<div class="wikitext">${wikiToHtml(withoutTitle(name, shown.text), await placeOf(visit, shown.text))}</div>
${await attachmentList(visit, 'wiki', name)}<p class="note">Version ${shown.version} by ${shown.author}, ${momentOf(shown.time)}${shown.comment && `: ${shown.comment}`}</p>`
  return page(layout(visit, { title: name, body }))
}

function oldVersion(visit: ProjectVisit, { name, version }: WikiPageRow): Markup {
  const path = pagePath(visit, name)
  return html`<p class="note">This is version ${version}. See <a href="${path}?action=diff&amp;version=${version}">what was changed in it</a>, <a href="${path}">the page as it is now</a>${visit.can('WIKI_EDIT') && html`, or <a href="${path}?action=edit&amp;version=${version}">go back to it</a>`}.</p>
`
}

/** A name that is linked before somebody has written the page is how a wiki grows: this offers to write it. */
function missingPage(visit: ProjectVisit, name: string, version: number | null): Response {
  const path = pagePath(visit, name)
  const words = version === null ? html`There is no page <strong>${name}</strong> yet.` : html`There is no version ${version} of this page. <a href="${path}?action=history">These there are</a>.`
  const offer = visit.can('WIKI_EDIT') ? html`<a href="${path}?action=edit">Create this page</a>.` : 'Who may edit this wiki could write it.'
  return page(layout(visit, { title: name, body: html`${pageNav(visit, name, 'missing')}<h1>${name}</h1><p>${words} ${version === null && offer}</p>` }), 404)
}
