import { loginOf } from '../auth/visitor.ts'
import { problemList, select } from '../web/controls.ts'
import type { Form } from '../web/form.ts'
import { html, type Markup } from '../web/html.ts'
import { page, redirect } from '../web/http.ts'
import { layout } from '../web/layout.ts'
import { projectPage } from '../web/project-page.ts'
import { pathIn, type ProjectVisit } from '../web/visit.ts'
import { wikiToHtml } from '../wiki/markup.ts'
import { placeOf } from '../wiki/place.ts'
import { choicesOf, type Choices } from './choices.ts'
import { factsFrom, ownerProblem, problemsOf, tooLong } from './draft.ts'
import { LIMITS, type Facts } from './fields.ts'
import { factInputs, ownerOptions } from './form.ts'
import { createTicket } from './store.ts'

/** `/PROJECT/newticket`: a form for a ticket that is not there yet. Its fields can be given in the address, as links to it do. */
export const newTicketModule = projectPage({
  path: /\/newticket/,
  answer: async (visit) => {
    visit.require('TICKET_CREATE')
    const { env, project, form, request } = visit
    const choices = await choicesOf(env, project)
    if (!form) return page(await newTicketPage(visit, choices, draftFrom({ text: (name) => request.args.get(name) ?? DEFAULTS[name] ?? '' }), []))

    const draft = draftFrom(form)
    const problems = [...problemsOf(draft.facts, choices, null), ownerProblem(draft.owner, choices), tooLong('description', draft.description)].filter((problem) => problem !== null)
    if (problems.length > 0 || form.text('preview')) return page(await newTicketPage(visit, choices, draft, problems), problems.length > 0 ? 400 : 200)
    const id = await createTicket(env, project, { ...draft.facts, owner: draft.owner, description: draft.description, reporter: loginOf(visit.visitor) })
    return redirect(request, pathIn(project, 'ticket', id))
  },
})

type Draft = { readonly facts: Facts; readonly owner: string; readonly description: string }

const draftFrom = (form: Pick<Form, 'text'>): Draft => ({ facts: factsFrom(form), owner: form.text('owner'), description: form.text('description') })

const DEFAULTS: Readonly<Record<string, string>> = { type: 'defect', priority: 'normal' }

async function newTicketPage(visit: ProjectVisit, choices: Choices, { facts, owner, description }: Draft, problems: readonly string[]): Promise<Markup> {
  const preview = visit.form && problems.length === 0
  const body = html`<h1>New ticket</h1>
${problemList(problems)}${preview && html`<section class="preview"><h2>Preview: nothing is saved yet</h2><p><strong>${facts.summary}</strong></p><div class="wikitext">${wikiToHtml(description, await placeOf(visit, description))}</div></section>\n`}<form method="post" action="${visit.request.root}${pathIn(visit.project, 'newticket')}" class="change">${visit.token.field()}
${factInputs(facts, choices)}<p><label>Assign to ${select('owner', ownerOptions(choices), owner)}</label></p>
<p><label>Description (wiki text)<textarea name="description" rows="14" maxlength="${LIMITS.description}">
${description}</textarea></label></p>
<p><button name="preview" value="1">Preview</button> <button>Create ticket</button></p></form>
`
  return layout(visit, { title: 'New ticket', body })
}
