import { read } from '../db/read.ts'
import { contentTypeOf, dispositionOf } from '../attachments/file-name.ts'
import { sizeOf } from '../attachments/list.ts'
import { html, type Markup } from '../web/html.ts'
import { BadRequest, page, type Response } from '../web/http.ts'
import { layout } from '../web/layout.ts'
import { pageAsked, pageOf } from '../web/pager.ts'
import { projectPage } from '../web/project-page.ts'
import { momentOf } from '../web/time.ts'
import type { ProjectVisit } from '../web/visit.ts'
import { placeOf } from '../wiki/place.ts'
import { wikiToHtml, wikiToOneLine } from '../wiki/markup.ts'
import { changesetLink, pathLinks, revisionForm, sourceHref } from './links.ts'
import type { RevisionRow } from './records.ts'
import { openRepository, type Node, type Repository } from './repository.ts'
import { commitOf, revisionAsked } from './revisions.ts'

/** `/PROJECT/browser/PATH?rev=N`: a folder or a file as it was in a revision; `format=raw` to save the file. */
export const browserModule = projectPage({
  path: /\/browser(?:\/(?<path>.*?))?\/*/s,
  answer: async (visit, { path = '' }) => {
    const format = visit.request.args.get('format')
    if (format && format !== 'raw') throw new BadRequest('format: only "raw" is known.')
    const revision = await revisionAsked(visit)
    const repository = openRepository(visit.env.repositories, visit.project.name)
    if (!revision) return visit.request.args.has('rev') ? null : wordsPage(visit, 'Nothing has been committed to the repository yet.')
    if (!repository) return wordsPage(visit, html`The repository of this project is not on this server, so its files cannot be shown. <a href="${sourceHref(visit, 'log', '')}">The log of its revisions</a> can.`)
    const commit = await commitOf(repository, revision)
    if (!commit) return wordsPage(visit, `Revision ${revision.rev} is not in the repository on this server, which has another history. It has to be synchronised first.`)
    const node = await repository.nodeAt(commit, path)
    if (!node) return null
    switch (node.kind) {
      case 'folder':
        return page(await folderPage(visit, repository, node, revision))
      case 'file':
      case 'link':
        return format ? rawFile(repository, node) : page(await filePage(visit, repository, node, revision))
      case 'elsewhere':
        return wordsPage(visit, `${node.path} is a repository of its own, at commit ${node.id}.`)
      default:
        return node.kind satisfies never
    }
  },
})

const wordsPage = (visit: ProjectVisit, words: string | Markup): Response => page(layout(visit, { title: 'Source', body: html`<h1>Source of ${visit.project.title}</h1>\n<p class="note">${words}</p>` }))

async function folderPage(visit: ProjectVisit, repository: Repository, folder: Node, { rev }: RevisionRow): Promise<Markup> {
  const children = await repository.children(folder)
  const asked = pageAsked(visit.request.args, ENTRIES_A_PAGE)
  const { shown, links } = pageOf(visit.request, asked, children.slice(asked.offset, asked.offset + asked.limit))
  const changes = await lastChanges(visit, folder.path, rev)
  const rows = shown.map(({ path, kind, size }) => {
    const name = path.slice(path.lastIndexOf('/') + 1)
    const change = changes.get(name)
    return html`<tr class="${kind}"><td>${kind === 'elsewhere' ? name : html`<a href="${sourceHref(visit, 'browser', path, fixed(visit, rev))}">${name}${kind === 'folder' && '/'}</a>`}</td><td class="number">${kind === 'file' && sizeOf(size)}</td>${
      change ? html`<td class="number">${changesetLink(visit, change.rev)}</td><td>${momentOf(change.time)}</td><td>${change.author}</td><td>${wikiToOneLine(change.message, place(visit), 80)}</td>` : html`<td colspan="4"></td>`
    }</tr>\n`
  })
  const body = html`${headOf(visit, folder.path, rev)}
<div class="scroll"><table class="listing"><thead><tr><th>Name</th><th>Size</th><th>Revision</th><th>Changed</th><th>By</th><th>Last change</th></tr></thead><tbody>
${folder.path && html`<tr><td colspan="6"><a href="${sourceHref(visit, 'browser', folder.path.split('/').slice(0, -1).join('/'), fixed(visit, rev))}">../</a></td></tr>\n`}${rows}</tbody></table></div>
${links}`
  return layout(visit, { title: `${folder.path || 'Source'} at revision ${rev}`, body })
}

const ENTRIES_A_PAGE = 500

type LastChange = { readonly rev: number; readonly time: Date; readonly author: string; readonly message: string }

/** By the name in the folder: the newest revision up to `rev` that touched it, or something in it. */
async function lastChanges({ env, project }: ProjectVisit, folder: string, rev: number): Promise<ReadonlyMap<string, LastChange>> {
  const rows = await read(
    env,
    `SELECT name, revision.rev, time, author, message
     FROM (SELECT split_part(substr(path, char_length($3) + 1), '/', 1) AS name, max(rev) AS rev FROM node_change WHERE project = $1 AND rev <= $2 AND starts_with(path, $3) GROUP BY 1) AS changed
     JOIN revision ON revision.project = $1 AND revision.rev = changed.rev`,
    [project.name, rev, folder && `${folder}/`],
  )
  return new Map(rows.map(([name, last, time, author, message]) => [String(name), { rev: Number(last), time: new Date(Number(time) * 1000), author: String(author), message: String(message) }]))
}

async function filePage(visit: ProjectVisit, repository: Repository, file: Node, revision: RevisionRow): Promise<Markup> {
  const { bytes, cut } = await repository.content(file, { maxBytes: SHOWN_BYTES })
  const change = (await fileChange(visit, file.path, revision.rev)) ?? revision
  const raw = html`<a href="${sourceHref(visit, 'browser', file.path, revision.rev, 'format=raw')}">Save it</a>`
  const about = html`<p>${sizeOf(file.size)}, last changed in revision ${changesetLink(visit, change.rev)} by ${change.author}, ${momentOf(change.time)}. ${raw}.</p>
<div class="wikitext change">${wikiToHtml(change.message, await placeOf(visit, change.message))}</div>`
  const content = isBinary(bytes) ? html`<p class="note">This is no text, so it is not shown.</p>` : html`${linesTable(bytes, cut)}${cut && html`<p class="note">Only the first ${sizeOf(SHOWN_BYTES)} of ${sizeOf(file.size)} are shown.</p>`}`
  return layout(visit, { title: `${file.path} at revision ${revision.rev}`, body: html`${headOf(visit, file.path, revision.rev)}\n${about}\n${content}` })
}

/** More than anybody reads on a page. */
const SHOWN_BYTES = 200_000

async function fileChange({ env, project }: ProjectVisit, path: string, rev: number): Promise<LastChange | null> {
  const [row] = await read(
    env,
    `SELECT rev, time, author, message FROM revision WHERE project = $1 AND rev = (SELECT rev FROM node_change WHERE project = $1 AND path = $2 AND rev <= $3 ORDER BY rev DESC LIMIT 1)`,
    [project.name, path, rev],
  )
  return row ? { rev: Number(row[0]), time: new Date(Number(row[1]) * 1000), author: String(row[2]), message: String(row[3]) } : null
}

function linesTable(bytes: Buffer, cut: boolean): Markup {
  const text = bytes.toString('utf8')
  const lines = (cut ? text.slice(0, text.lastIndexOf('\n') + 1 || undefined) : text).replace(/\n$/, '').split('\n')
  return html`<div class="scroll"><table class="code"><tbody>
${lines.map((line, i) => html`<tr id="L${i + 1}"><th><a href="#L${i + 1}">${i + 1}</a></th><td>${line}</td></tr>\n`)}</tbody></table></div>`
}

/** As git has it. */
const isBinary = (bytes: Buffer) => bytes.subarray(0, 8000).includes(0)

/** Saved, never shown: somebody may have committed a page that runs in our name. */
async function rawFile(repository: Repository, file: Node): Promise<Response> {
  if (file.size > RAW_BYTES) throw new BadRequest(`${file.path} has ${sizeOf(file.size)}, and at most ${sizeOf(RAW_BYTES)} can be saved from here. Clone the repository to get it.`)
  const { bytes } = await repository.content(file, { maxBytes: RAW_BYTES })
  const name = file.path.slice(file.path.lastIndexOf('/') + 1)
  return { status: 200, headers: { 'Content-Type': contentTypeOf(name), 'Content-Disposition': dispositionOf(name) }, body: bytes }
}

const RAW_BYTES = 20 * 1024 * 1024

const headOf = (visit: ProjectVisit, path: string, rev: number): Markup =>
  html`<nav class="beside"><a href="${sourceHref(visit, 'log', path, fixed(visit, rev))}">Revision log</a></nav><h1 class="path">${pathLinks(visit, 'browser', path, fixed(visit, rev))} <small>(revision ${rev})</small></h1>
${revisionForm(visit, 'browser', path, rev)}`

/** Who looks at the newest revision goes on looking at the newest. */
const fixed = (visit: ProjectVisit, rev: number) => (visit.request.args.get('rev') ? rev : undefined)

const place = ({ request, project }: ProjectVisit) => ({ root: request.root, project })
