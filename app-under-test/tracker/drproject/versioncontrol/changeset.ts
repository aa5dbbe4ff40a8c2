import { is } from '../db/criteria.ts'
import { sizeOf } from '../attachments/list.ts'
import { html, type Markup } from '../web/html.ts'
import { BadRequest, page, type Response } from '../web/http.ts'
import { layout } from '../web/layout.ts'
import { projectPage } from '../web/project-page.ts'
import { momentOf } from '../web/time.ts'
import { pathIn, type ProjectVisit } from '../web/visit.ts'
import { wikiToHtml } from '../wiki/markup.ts'
import { placeOf } from '../wiki/place.ts'
import { diffToHtml } from './diff.ts'
import { sourceHref } from './links.ts'
import { NodeChange, Revision, type NodeChangeRow, type RevisionRow } from './records.ts'
import { openRepository } from './repository.ts'
import { commitOf } from './revisions.ts'

/** `/PROJECT/changeset/N`: who changed what, why and how; `format=diff` for patch(1). */
export const changesetModule = projectPage({
  path: /\/changeset\/(?<rev>\d{1,9})/,
  answer: async (visit, { rev }) => {
    const format = visit.request.args.get('format')
    if (format && format !== 'diff') throw new BadRequest('format: only "diff" is known.')
    using revisions = await Revision.select(visit.env, visit.project.name, { kind: 'any', of: [-1, 0, 1].map((step) => is('rev', Number(rev) + step)) })
    const revision = revisions.find((each) => each.rev === Number(rev))
    if (!revision) return null
    if (format) return await diffText(visit, revision)
    using changes = await NodeChange.select(visit.env, visit.project.name, revision.rev, { kind: 'order', by: 'path', limit: MOST_FILES + 1 })
    return page(await changesetPage(visit, revision, changes, revisions))
  },
})

const MOST_FILES = 500

async function changesetPage(visit: ProjectVisit, revision: RevisionRow, changes: readonly NodeChangeRow[], around: readonly RevisionRow[]): Promise<Markup> {
  const { rev, time, author, message, node } = revision
  const base = `${visit.request.root}${pathIn(visit.project, 'changeset')}`
  const neighbour = (step: number, words: string) => around.some((each) => each.rev === rev + step) && html`<a href="${base}/${rev + step}">${words}</a> `
  const files = changes.slice(0, MOST_FILES).map(({ path, change }) => html`<li class="${KINDS[change] ?? 'modified'}"><a href="${sourceHref(visit, 'browser', path, change === 'D' ? rev - 1 : rev)}">${path}</a> (${KINDS[change] ?? change})</li>\n`)
  const body = html`<nav class="beside">${neighbour(-1, 'Previous changeset')}${neighbour(1, 'Next changeset')}<a href="${sourceHref(visit, 'browser', '', rev)}">Source</a></nav><h1>Changeset [${rev}]</h1>
<p>${momentOf(time)} by ${author}${node && html` <small>(commit ${node})</small>`}</p>
<div class="wikitext change">${wikiToHtml(message, await placeOf(visit, message))}</div>
<h2>Files</h2>
<ul class="files">${files}</ul>${changes.length > MOST_FILES && html`<p class="note">And more: only the first ${MOST_FILES} are listed.</p>`}
<h2>Differences</h2>
${await differences(visit, revision, `${base}/${rev}?format=diff`)}`
  return layout(visit, { title: `Changeset [${rev}]`, body })
}

const KINDS: Readonly<Record<string, string>> = { A: 'added', M: 'modified', D: 'deleted' }

async function differences(visit: ProjectVisit, revision: RevisionRow, textHref: string): Promise<Markup> {
  const diff = await diffOf(visit, revision, SHOWN_BYTES)
  if (!diff) return html`<p class="note">This revision is not in a repository on this server, so what changed in the files cannot be shown.</p>`
  const text = diff.bytes.toString('utf8')
  const whole = html`<p><a href="${textHref}">All of it as text</a></p>`
  if (!diff.cut) return html`${diffToHtml(text)}\n${whole}`
  return html`${diffToHtml(text.slice(0, text.lastIndexOf('\n') + 1))}\n<p class="note">That was the first ${sizeOf(SHOWN_BYTES)}; there is more.</p>\n${whole}`
}

const SHOWN_BYTES = 150 * 1024

async function diffText(visit: ProjectVisit, revision: RevisionRow): Promise<Response> {
  const diff = await diffOf(visit, revision, TEXT_BYTES)
  if (!diff) throw new BadRequest('format: this revision is not in a repository on this server, so there is no diff.')
  if (diff.cut) throw new BadRequest(`format: the diff is larger than ${sizeOf(TEXT_BYTES)}. Clone the repository to get it.`)
  return { status: 200, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body: diff.bytes }
}

const TEXT_BYTES = 10 * 1024 * 1024

/** Null if the repository is not here, or has no such commit. */
async function diffOf({ env, project }: ProjectVisit, revision: RevisionRow, maxBytes: number) {
  const repository = openRepository(env.repositories, project.name)
  const commit = repository && (await commitOf(repository, revision))
  return commit ? repository.diff(commit, { maxBytes }) : null
}
