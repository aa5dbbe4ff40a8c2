import { loginOf } from '../auth/visitor.ts'
import type { WikiPageRow } from '../model.ts'
import { problemList } from '../web/controls.ts'
import type { Form } from '../web/form.ts'
import { html, type Markup } from '../web/html.ts'
import { BadRequest, page, redirect, type Response } from '../web/http.ts'
import { layout } from '../web/layout.ts'
import { pathIn, type ProjectVisit } from '../web/visit.ts'
import { differencesToHtml } from './differences.ts'
import { wikiToHtml } from './markup.ts'
import { pageNav, pagePath } from './page-nav.ts'
import { withoutTitle } from './page-name.ts'
import { placeOf, TITLE_INDEX } from './place.ts'
import { savePage } from './store.ts'
import { pageVersion, versionAsked } from './version.ts'

/** A form with a page's text, that of an older version, or an empty one; shows what it would look like, and saves it. */
export async function editPage(visit: ProjectVisit, name: string): Promise<Response> {
  visit.require('WIKI_EDIT')
  if (name === TITLE_INDEX) throw new BadRequest(`${TITLE_INDEX} is made from the other pages: it cannot be edited.`)
  const newest = await pageVersion(visit, name, null)
  if (visit.form) return answerForm(visit, name, visit.form, newest)
  const asked = versionAsked(visit.request.args, 'version')
  const old = asked === null ? newest : await pageVersion(visit, name, asked)
  if (asked !== null && !old) throw new BadRequest(`version: there is no version ${asked} of ${name}.`)
  const comment = old && newest && old.version < newest.version ? `Back to version ${old.version}.` : ''
  return page(await editForm(visit, name, { base: newest?.version ?? 0, text: old?.text ?? '', comment }))
}

async function answerForm(visit: ProjectVisit, name: string, form: Form, newest: WikiPageRow | null): Promise<Response> {
  const { env, project, request, visitor } = visit
  if (!/^\d{1,9}$/.test(form.text('version'))) throw new BadRequest('The form has lost which version it was made from. Open the page again, and edit it from there.')
  const draft = { base: Number(form.text('version')), text: form.text('text'), comment: form.text('comment') }
  const problems = problemsOf(draft, newest)
  if (problems.length > 0) return page(await editForm(visit, name, { ...draft, problems: html`${problemList(problems)}` }), 400)
  if (draft.base !== (newest?.version ?? 0)) return conflict(visit, name, draft, newest)
  if (form.text('preview')) return page(await editForm(visit, name, { ...draft, preview: true }))
  if (await savePage(env, { ...draft, project: project.name, name, author: loginOf(visitor) })) return redirect(request, pathIn(project, 'wiki', name))
  return conflict(visit, name, draft, await pageVersion(visit, name, null))
}

type Draft = { readonly base: number; readonly text: string; readonly comment: string; readonly problems?: Markup; readonly preview?: boolean }

const LONGEST_TEXT = 250_000
const LONGEST_COMMENT = 500

function problemsOf({ base, text, comment }: Draft, newest: WikiPageRow | null): string[] {
  return [
    text === '' && 'There is no text: write something to save.',
    text.length > LONGEST_TEXT && `The text has ${text.length} characters, ${text.length - LONGEST_TEXT} more than fit on one page. Move a part of it to another page.`,
    comment.length > LONGEST_COMMENT && `The comment has ${comment.length} characters, and ${LONGEST_COMMENT} fit.`,
    base === newest?.version && text === newest.text.trim() && 'The text is as it was: there is nothing to save.',
  ].filter((problem) => problem !== false)
}

/** Shows what others did meanwhile. The form goes on from there: sent again, it is saved. */
async function conflict(visit: ProjectVisit, name: string, draft: Draft, newest: WikiPageRow | null): Promise<Response> {
  const begun = await pageVersion(visit, name, draft.base)
  const problems = html`<p class="problem">${newest?.author ?? 'Somebody'} changed this page while you were writing, so nothing was saved. This is what was changed; your text is still below, as you wrote it. Take over what should stay, and save once more.</p>
${differencesToHtml(begun?.text ?? '', newest?.text ?? '')}`
  return page(await editForm(visit, name, { ...draft, base: newest?.version ?? 0, problems }), 409)
}

async function editForm(visit: ProjectVisit, name: string, { base, text, comment, problems, preview }: Draft): Promise<Markup> {
  const title = base === 0 ? `${name}: new page` : `${name}: edit`
  const body = html`${pageNav(visit, name, base === 0 ? 'missing' : 'edit')}<h1>${title}</h1>
${problems}${preview && html`<section class="preview" id="preview"><h2>Preview: nothing is saved yet</h2><div class="wikitext">${wikiToHtml(withoutTitle(name, text), await placeOf(visit, text))}</div></section>
`}<form method="post" action="${pagePath(visit, name)}?action=edit">${visit.token.field()}<input type="hidden" name="version" value="${base}">
<p><label>Text <textarea name="text" rows="22" required>
${text}</textarea></label></p>
<p><label class="wide">What was changed <input name="comment" value="${comment}" maxlength="${LONGEST_COMMENT}"></label></p>
<p><button name="preview" value="1" formaction="${pagePath(visit, name)}?action=edit#preview">Preview</button> <button>Save</button></p></form>
${SYNTAX}`
  return layout(visit, { title, body })
}

const SYNTAX = html`<details class="note"><summary>How to write</summary>
<pre>= Heading =   == Smaller ==     ''italic''  '''bold'''  {{{code}}}
 * item                         #12  [34]  r34  milestone:name  source:trunk/file
   1. item within it            WikiWord  [wiki:Name label]  ["Any name"]
> quote                         http://address  [http://address label]
||cell||cell||   ----           !WikiWord is no link
{{{
a block of code
}}}</pre></details>`
