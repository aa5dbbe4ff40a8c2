import { html, type Markup } from '../../web/html.ts'
import { pathIn, type ProjectVisit } from '../../web/visit.ts'

export type ReportDraft = { readonly title: string; readonly description: string; readonly query: string }

/** The form that saves a query under a title. */
export const saveForm = ({ request, project, token }: ProjectVisit, { title, description, query }: ReportDraft): Markup => html`<form method="post" action="${request.root}${pathIn(project, 'report')}" class="change">${token.field()}<input type="hidden" name="query" value="${query}">
<p><label class="wide">Title <input name="title" value="${title}" maxlength="100" required></label></p>
<p><label>Description (wiki text)<textarea name="description" rows="3" maxlength="2000">
${description}</textarea></label></p>
<p><button>Save as a report</button></p></form>
`
