import { loginOf } from '../auth/visitor.ts'
import { Attachment } from '../model.ts'
import { problemList } from '../web/controls.ts'
import type { Form } from '../web/form.ts'
import { html, type Markup } from '../web/html.ts'
import { page, redirect, type Response } from '../web/http.ts'
import { layout } from '../web/layout.ts'
import { projectPage } from '../web/project-page.ts'
import { pathIn, type ProjectVisit } from '../web/visit.ts'
import { isPageName } from '../wiki/page-name.ts'
import { cleanFileName, contentTypeOf, dispositionOf } from './file-name.ts'
import { fileItems, sizeOf } from './list.ts'
import { attachmentsPath, parentOf, TO_ATTACH, type Parent } from './parent.ts'
import { addAttachment, LARGEST_FILE_BYTES, LARGEST_SUM_BYTES, MOST_FILES, removeAttachment } from './store.ts'

/** `/PROJECT/attachment/wiki/NAME` and `/PROJECT/attachment/ticket/N`: the files, a form to attach one, and to remove one. */
export const attachmentModule = projectPage({
  path: /\/attachment\/(?<type>wiki|ticket)\/(?<id>.+)/,
  answer: async (visit, { type, id = '' }) => {
    const parent = await parentOf(visit, type, id)
    if (!parent) return null
    if (visit.form) return visit.form.text('delete') ? deleteFile(visit, parent, visit.form.text('delete')) : upload(visit, parent, visit.form)
    const filename = visit.request.args.get('delete')
    return page(filename ? confirmationPage(visit, parent, filename) : await listPage(visit, parent))
  },
})

/** `/PROJECT/raw-attachment/wiki/NAME/FILE`: what is in a file, to be saved. */
export const rawAttachmentModule = projectPage({
  path: /\/raw-attachment\/(?<type>wiki|ticket)\/(?<id>.+)\/(?<filename>[^/]+)/,
  answer: async ({ env, project }, { type = '', id = '', filename = '' }) => {
    if (cleanFileName(filename) !== filename || !isPageName(id)) return null
    using files = await Attachment.select(env, project.name, type, id, filename)
    const file = files[0]
    if (!file) return null
    return { status: 200, headers: { 'Content-Type': contentTypeOf(file.filename), 'Content-Disposition': dispositionOf(file.filename) }, body: file.content }
  },
})

async function upload(visit: ProjectVisit, parent: Parent, form: Form): Promise<Response> {
  visit.require(TO_ATTACH[parent.type])
  const file = form.file('file')
  const description = form.text('description')
  const refuse = async (status: number, problem: string) => page(await listPage(visit, parent, { description, problem }), status)
  if (!file || file.size === 0) return refuse(400, 'No file was chosen, or there is nothing in it.')
  if (file.size > LARGEST_FILE_BYTES) return refuse(413, `${cleanFileName(file.name)} has ${file.size} bytes, and a file may have ${LARGEST_FILE_BYTES} (${sizeOf(LARGEST_FILE_BYTES)}). Compress it, or attach it in parts.`)
  if (description.length > LONGEST_DESCRIPTION) return refuse(400, `The description has ${description.length} characters, and ${LONGEST_DESCRIPTION} fit.`)

  const outcome = await addAttachment(visit.env, visit.project, parent, { filename: cleanFileName(file.name), content: new Uint8Array(await file.arrayBuffer()), description, author: loginOf(visit.visitor) })
  switch (outcome) {
    case 'kept':
      return redirect(visit.request, attachmentsPath(visit, parent))
    case 'too many':
      return refuse(409, `${parent.title} has ${MOST_FILES} files already, which is all that fit. An administrator of the project can delete some.`)
    case 'too large together':
      return refuse(409, `With this file, those of ${parent.title} would have more than ${sizeOf(LARGEST_SUM_BYTES)} together, which is all that fit. An administrator of the project can delete some.`)
    default:
      return outcome satisfies never
  }
}

async function deleteFile(visit: ProjectVisit, parent: Parent, filename: string): Promise<Response | null> {
  visit.require('PROJECT_ADMIN')
  return (await removeAttachment(visit.env, visit.project, parent, filename)) ? redirect(visit.request, attachmentsPath(visit, parent)) : null
}

async function listPage(visit: ProjectVisit, parent: Parent, refused?: { readonly description: string; readonly problem: string }): Promise<Markup> {
  const path = `${visit.request.root}${attachmentsPath(visit, parent)}`
  const files = await fileItems(visit, parent, (filename) => (visit.can('PROJECT_ADMIN') ? html` <a href="${path}?delete=${encodeURIComponent(filename)}">Delete</a>` : ''))
  const title = `Attachments of ${parent.title}`
  const form = html`<form method="post" enctype="multipart/form-data" action="${path}" class="fields">${visit.token.field()}<h2>Attach a file</h2>
<label>File, at most ${sizeOf(LARGEST_FILE_BYTES)} <input type="file" name="file" required></label>
<label>Description <input name="description" value="${refused?.description}" maxlength="${LONGEST_DESCRIPTION}"></label>
<p><button>Attach</button></p></form>`
  const body = html`<h1>Attachments of <a href="${visit.request.root}${pathIn(visit.project, parent.type, parent.id)}">${parent.title}</a></h1>
${problemList(refused ? [refused.problem] : [])}${files.length > 0 ? html`<ul>${files}</ul>` : html`<p>There are none.</p>`}
${visit.can(TO_ATTACH[parent.type]) ? form : html`<p class="note">To attach a file takes ${TO_ATTACH[parent.type]} in ${visit.project.title}.</p>`}`
  return layout(visit, { title, body })
}

/** A link cannot delete, and a slip should not. */
function confirmationPage(visit: ProjectVisit, parent: Parent, filename: string): Markup {
  visit.require('PROJECT_ADMIN')
  const path = `${visit.request.root}${attachmentsPath(visit, parent)}`
  const body = html`<h1>Delete ${filename}?</h1>
<p>It belongs to ${parent.title}. Once it is deleted nobody can bring it back.</p>
<form method="post" action="${path}">${visit.token.field()}<input type="hidden" name="delete" value="${filename}"><button>Delete it</button> <a href="${path}">Keep it</a></form>`
  return layout(visit, { title: `Delete ${filename}?`, body })
}

const LONGEST_DESCRIPTION = 200
