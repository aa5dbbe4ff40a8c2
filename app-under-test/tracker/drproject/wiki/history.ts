import { WikiVersion } from '../model.ts'
import { newestFirst } from '../db/criteria.ts'
import { html } from '../web/html.ts'
import { page, type Response } from '../web/http.ts'
import { layout } from '../web/layout.ts'
import { pageAsked, pageOf } from '../web/pager.ts'
import { momentOf } from '../web/time.ts'
import type { ProjectVisit } from '../web/visit.ts'
import { pageNav, pagePath } from './page-nav.ts'

/** All versions of a page, and a form that compares two of them. */
export async function historyPage(visit: ProjectVisit, name: string): Promise<Response | null> {
  const { env, request, project } = visit
  const asked = pageAsked(request.args, 50)
  using versions = await WikiVersion.select(env, project.name, name, newestFirst('version', asked.limit, asked.offset))
  if (versions.length === 0) return null
  const { shown, links } = pageOf(request, asked, versions)
  const path = pagePath(visit, name)
  const choice = (parameter: string, version: number, chosen: boolean) => html`<input type="radio" name="${parameter}" value="${version}" aria-label="version ${version}"${chosen && html` checked`}>`
  const rows = shown.map(
    ({ version, time, author, comment }, i) => html`<tr><td>${choice('old_version', version, i === 1)} ${choice('version', version, i === 0)}</td><td><a href="${path}?version=${version}">${version}</a></td><td>${momentOf(time)}, ${author}</td><td>${comment}</td></tr>
`,
  )
  const body = html`${pageNav(visit, name, 'history')}<h1>${name}: history</h1>
<form action="${path}"><input type="hidden" name="action" value="diff">
<p><button>Compare</button></p>
<table class="list"><thead><tr><th>From, to</th><th>Version</th><th>Saved</th><th>Comment</th></tr></thead>
<tbody>${rows}</tbody></table></form>
${links}`
  return page(layout(visit, { title: `${name}: history`, body }))
}
