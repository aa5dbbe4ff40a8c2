import type { Form } from '../web/form.ts'
import { page, redirect, type Response } from '../web/http.ts'
import { projectPage } from '../web/project-page.ts'
import { momentOf, secondsOf } from '../web/time.ts'
import { pathIn, type ProjectVisit } from '../web/visit.ts'
import { loginOf } from '../auth/visitor.ts'
import { Ticket, type TicketRow } from '../model.ts'
import { choicesOf, type Choices } from './choices.ts'
import { factsFrom, ownerProblem, problemsOf, tooLong } from './draft.ts'
import { FACTS, factsOf, type Fact, type Facts } from './fields.ts'
import { forgottenAction, intentFrom, type Intent } from './form.ts'
import { editsOf, valueAt } from './history.ts'
import { changeTicket, differences, type Editable } from './store.ts'
import { ticketPage } from './ticket-view.ts'
import { actionNamed, standingAfter } from './workflow.ts'

/** `/PROJECT/ticket/N`: a ticket, everything that was changed in it, and a form to change it. */
export const ticketModule = projectPage({
  path: /\/ticket\/(?<id>\d{1,9})/,
  answer: async (visit, { id }) => {
    using tickets = await Ticket.select(visit.env, visit.project.name, Number(id))
    const ticket = tickets[0]
    if (!ticket) return null
    if (visit.form) return await answerForm(visit, ticket, visit.form)
    return page(await ticketPage(visit, ticket, null))
  },
})

async function answerForm(visit: ProjectVisit, ticket: TicketRow, form: Form): Promise<Response> {
  visit.require('TICKET_CHANGE')
  const { env, project } = visit
  const sent = { facts: factsFrom(form), intent: intentFrom(form, ticket), comment: form.text('comment') }
  if (form.text('changetime') !== String(secondsOf(ticket.changetime))) return staleForm(visit, ticket, sent, new Date(1000 * Number(form.text('changetime'))))

  const draft = { ...sent, ...considered(ticket, sent, await choicesOf(env, project), loginOf(visit.visitor)) }
  if (draft.problems.length > 0) return page(await ticketPage(visit, ticket, draft), 400)
  if (form.text('preview')) return page(await ticketPage(visit, ticket, draft))
  if (await changeTicket(env, ticket, draft.after, draft.comment, loginOf(visit.visitor))) return redirect(visit.request, `${pathIn(project, 'ticket', ticket.id)}#comment:${editsOf(ticket.changes).length + 1}`)
  using tickets = await Ticket.select(env, project.name, ticket.id)
  return tickets[0] ? await staleForm(visit, tickets[0], sent, ticket.changetime) : page(await ticketPage(visit, ticket, draft), 409)
}

type Sent = { readonly facts: Facts; readonly intent: Intent; readonly comment: string }

/** What the ticket would be, and what is wrong with that. */
function considered(ticket: TicketRow, { facts, intent, comment }: Sent, choices: Choices, login: string): { readonly after: Editable; readonly problems: readonly string[] } {
  const action = actionNamed(intent.action, ticket, intent)
  const after = { ...factsOf(facts), ...standingAfter(action ?? { kind: 'leave' }, ticket, login) }
  const problems = [
    ...problemsOf(facts, choices, ticket),
    action ? null : `A ticket that is ${ticket.status} cannot be changed by "${intent.action} ${intent.resolution}".`,
    forgottenAction(intent, ticket),
    action?.kind === 'reassign' ? ownerProblem(action.owner, choices) : null,
    tooLong('comment', comment),
    comment === '' && action && differences(ticket, after).length === 0 ? 'Nothing is changed and nothing is said: there is nothing to save.' : null,
  ].filter((problem) => problem !== null)
  return { after, problems }
}

/** Somebody was faster. What they changed stays changed unless this form means to change it too; what was written here stays in the form. */
async function staleForm(visit: ProjectVisit, ticket: TicketRow, sent: Sent, madeFrom: Date): Promise<Response> {
  const since = editsOf(ticket.changes).filter(({ time }) => !(time <= madeFrom))
  const who = [...new Set(since.map(({ author, rows }) => rows[0]?.by[0]?.name ?? author))].join(' and ') || 'Somebody'
  const merged = (field: Fact | 'owner', value: string) => (value === valueAt(ticket.changes, madeFrom, field, ticket[field]) ? ticket[field] : value)
  const facts = Object.fromEntries(FACTS.map((fact) => [fact, merged(fact, sent.facts[fact])])) as Facts
  const intent = { ...sent.intent, owner: merged('owner', sent.intent.owner) }
  const problem = `${who} changed this ticket (last at ${momentOf(ticket.changetime)}) while you were writing, so nothing was saved. Your text is still below: look at what was changed, and send it again.`
  return page(await ticketPage(visit, ticket, { facts, intent, comment: sent.comment, problems: [problem], after: null }), 409)
}
