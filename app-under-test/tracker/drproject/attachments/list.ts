import { AttachmentEntry } from '../model.ts'
import { html, type Markup } from '../web/html.ts'
import { momentOf } from '../web/time.ts'
import { pathIn, type ProjectVisit } from '../web/visit.ts'
import { attachmentsPath, TO_ATTACH, type Parent, type ParentType } from './parent.ts'

/** For the page of a wiki page or a ticket: the files that belong to it, and the way to attach another. */
export async function attachmentList(visit: ProjectVisit, type: ParentType, id: string | number): Promise<Markup> {
  const parent = { type, id: String(id) }
  const files = await fileItems(visit, parent)
  const way = visit.can(TO_ATTACH[type]) && html`<p><a href="${visit.request.root}${attachmentsPath(visit, parent)}">Attach a file</a></p>`
  if (files.length === 0) return html`${way && html`<section class="attachments">${way}</section>\n`}`
  return html`<section class="attachments"><h2>Attachments</h2>
<ul>${files}</ul>${way}</section>
`
}

/** A list item for each file; `more` adds to it. */
export async function fileItems({ env, request, project }: ProjectVisit, { type, id }: Pick<Parent, 'type' | 'id'>, more: (filename: string) => Markup | '' = () => ''): Promise<Markup[]> {
  using files = await AttachmentEntry.select(env, project.name, type, id)
  return files.map(
    ({ filename, size, time, author, description }) => html`<li><a href="${request.root}${pathIn(project, 'raw-attachment', type, id, filename)}">${filename}</a> (${sizeOf(size)}) by ${author}, ${momentOf(time)}${description && `: ${description}`}${more(filename)}</li>
`,
  )
}

/** 4095 bytes, 4 KiB, 4.5 KiB. */
export const sizeOf = (bytes: number): string => (bytes < 1024 ? `${bytes} bytes` : bytes < 1024 * 1024 ? `${inTenths(bytes / 1024)} KiB` : `${inTenths(bytes / 1024 / 1024)} MiB`)

const inTenths = (count: number) => Math.round(count * 10) / 10
