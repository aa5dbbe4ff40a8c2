import { read } from '../db/read.ts'
import { html } from '../web/html.ts'
import { page } from '../web/http.ts'
import { layout } from '../web/layout.ts'
import { pageAsked, pageOf, type ListPage } from '../web/pager.ts'
import { projectPage } from '../web/project-page.ts'
import { momentOf } from '../web/time.ts'
import type { ProjectVisit } from '../web/visit.ts'
import { wikiToOneLine } from '../wiki/markup.ts'
import { changesetLink, pathLinks, revisionForm, sourceHref } from './links.ts'
import { isPath } from './repository.ts'
import { revisionAsked } from './revisions.ts'

/** `/PROJECT/log/PATH?rev=N`: the revisions up to N that touched a path, or something in it, newest first. */
export const logModule = projectPage({
  path: /\/log(?:\/(?<path>.*?))?\/*/s,
  answer: async (visit, { path = '' }) => {
    const { request, project } = visit
    const asked = pageAsked(request.args, REVISIONS_A_PAGE)
    const newest = await revisionAsked(visit)
    if ((!newest && request.args.has('rev')) || (path !== '' && !isPath(path))) return null
    const revisions = newest ? await revisionsOf(visit, path, newest.rev, asked) : []
    if (revisions.length === 0 && path !== '' && asked.offset === 0) return null

    const { shown, links } = pageOf(request, asked, revisions)
    const rows = shown.map(({ rev, time, author, message, files }) => html`<tr><td class="number">${changesetLink(visit, rev)}</td><td>${momentOf(time)}</td><td>${author}</td><td class="number">${files}</td><td>${wikiToOneLine(message, { root: request.root, project })}</td></tr>\n`)
    const body = html`<nav class="beside"><a href="${sourceHref(visit, 'browser', path, request.args.get('rev') ? newest?.rev : undefined)}">Source</a></nav><h1 class="path">Revision log of ${pathLinks(visit, 'log', path)}</h1>
${newest && revisionForm(visit, 'log', path, newest.rev)}
<div class="scroll"><table class="listing"><thead><tr><th>Revision</th><th>Time</th><th>By</th><th>Files</th><th>Message</th></tr></thead><tbody>
${rows}</tbody></table></div>
${links}${shown.length === 0 && html`<p class="note">No revisions here.</p>`}`
    return page(layout(visit, { title: `Revision log of ${path || project.name}`, body }))
  },
})

const REVISIONS_A_PAGE = 50

type LogRow = { readonly rev: number; readonly time: Date; readonly author: string; readonly message: string; readonly files: number }

/** With the number of files in the path that each one touched. */
async function revisionsOf({ env, project }: ProjectVisit, path: string, newest: number, { limit, offset }: ListPage): Promise<readonly LogRow[]> {
  const rows = await read(
    env,
    `SELECT rev, time, author, message, files FROM revision
     CROSS JOIN LATERAL (SELECT count(*)::integer AS files FROM node_change WHERE project = $1 AND node_change.rev = revision.rev AND ($3 = '' OR path = $3 OR starts_with(path, $3 || '/'))) AS touched
     WHERE project = $1 AND rev <= $2 AND ($3 = '' OR files > 0) ORDER BY rev DESC LIMIT $4 OFFSET $5`,
    [project.name, newest, path, limit, offset],
  )
  return rows.map(([rev, time, author, message, files]) => ({ rev: Number(rev), time: new Date(Number(time) * 1000), author: String(author), message: String(message), files: Number(files) }))
}
