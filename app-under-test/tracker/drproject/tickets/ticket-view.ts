import { attachmentList } from '../attachments/list.ts'
import type { Value } from '../db/connection.ts'
import { read } from '../db/read.ts'
import type { TicketChangeRow, TicketRow } from '../model.ts'
import { problemList } from '../web/controls.ts'
import { html, type Markup } from '../web/html.ts'
import { layout } from '../web/layout.ts'
import { momentOf, secondsOf } from '../web/time.ts'
import { pathIn, type ProjectVisit } from '../web/visit.ts'
import { wikiToHtml, type Place } from '../wiki/markup.ts'
import { placeOf } from '../wiki/place.ts'
import { choicesOf } from './choices.ts'
import { factsOf, type Facts } from './fields.ts'
import { actionInputs, factInputs, untouched, type Intent } from './form.ts'
import { editsOf, type Edit } from './history.ts'
import { differences, type Editable } from './store.ts'

/** A form that was sent and is shown again: with what is wrong, or with what it would do. */
export type Draft = { readonly facts: Facts; readonly intent: Intent; readonly comment: string; readonly problems: readonly string[]; readonly after: Editable | null }

export async function ticketPage(visit: ProjectVisit, ticket: TicketRow, draft: Draft | null): Promise<Markup> {
  const edits = editsOf(ticket.changes)
  const place = await placeOf(visit, ticket.description, ...edits.map(({ comment }) => comment), draft?.comment ?? '')
  const body = html`${await neighbours(visit, ticket)}<h1>#${ticket.id}: ${ticket.summary} <small>(${ticket.type}, ${standing(ticket)})</small></h1>
${problemList(draft?.problems ?? [])}<div class="ticket">${factList(visit, ticket, await nameOf(visit, ticket.owner))}
<div class="wikitext">${wikiToHtml(ticket.description, place)}</div></div>
${await attachmentList(visit, 'ticket', ticket.id)}${edits.length > 0 ? html`<h2 id="changes">Changes</h2>\n` : ''}${edits.map((edit, i) => editArticle(edit, i + 1, place))}
${visit.can('TICKET_CHANGE') ? await changeForm(visit, ticket, draft, place) : whyNot(visit)}`
  return layout(visit, { title: `#${ticket.id} (${ticket.summary})`, body })
}

const standing = ({ status, resolution }: Pick<TicketRow, 'status' | 'resolution'>) => (resolution ? `${status}: ${resolution}` : status)

async function neighbours({ env, request, project }: ProjectVisit, { id }: TicketRow): Promise<Markup> {
  const [row] = await read(env, 'SELECT (SELECT max(id) FROM ticket WHERE project = $1 AND id < $2), (SELECT min(id) FROM ticket WHERE project = $1 AND id > $2)', [project.name, id])
  const link = (neighbour: Value | undefined, text: string) => (neighbour ? html`<a href="${request.root}${pathIn(project, 'ticket', Number(neighbour))}">${text}</a> ` : '')
  return html`<nav class="beside">${link(row?.[0], '← Previous ticket')}${link(row?.[1], 'Next ticket →')}</nav>\n`
}

/** Whoever this login is. No relation of the record: a timeline would select it for each of its tickets. */
async function nameOf({ env }: ProjectVisit, login: string): Promise<string> {
  const [row] = await read(env, 'SELECT name FROM person WHERE login = $1', [login])
  return String(row?.[0] ?? login)
}

function factList({ request: { root }, project }: ProjectVisit, ticket: TicketRow, owner: string): Markup {
  const facts: readonly (readonly [string, Markup | string])[] = [
    ['Reporter', ticket.by[0]?.name ?? ticket.reporter],
    ['Owner', owner],
    ['Priority', ticket.priority],
    ['Milestone', ticket.milestone && html`<a href="${root}${pathIn(project, 'milestone', ticket.milestone)}">${ticket.milestone}</a>`],
    ['Component', ticket.component],
    ['Status', standing(ticket)],
    ['Opened', momentOf(ticket.time)],
    ['Last changed', momentOf(ticket.changetime)],
  ]
  return html`<dl class="facts">${facts.map(([fact, value]) => html`<div><dt>${fact}</dt><dd>${value || '-'}</dd></div>`)}</dl>`
}

const editArticle = ({ time, author, rows, changes, comment }: Edit, number: number, place: Place): Markup => html`<article class="edit" id="comment:${number}"><h3><a href="#comment:${number}">${momentOf(time)}</a> by ${rows[0]?.by[0]?.name ?? author}</h3>
${changeList(changes)}${comment && html`<div class="wikitext">${wikiToHtml(comment, place)}</div>`}</article>
`

const changeList = (changes: readonly Pick<TicketChangeRow, 'field' | 'oldvalue' | 'newvalue'>[]): Markup | '' =>
  changes.length === 0 ? '' : html`<ul>${changes.map(({ field, oldvalue, newvalue }) => html`<li><strong>${field}</strong> ${oldvalue && newvalue ? html`changed from <em>${oldvalue}</em> to <em>${newvalue}</em>` : newvalue ? html`set to <em>${newvalue}</em>` : html`<em>${oldvalue}</em> removed`}</li>`)}</ul>\n`

async function changeForm(visit: ProjectVisit, ticket: TicketRow, draft: Draft | null, place: Place): Promise<Markup> {
  const choices = await choicesOf(visit.env, visit.project)
  const { facts, intent, comment } = draft ?? { facts: factsOf(ticket), intent: untouched(ticket), comment: '' }
  return html`${preview(ticket, draft, place)}<form method="post" action="${visit.request.root}${pathIn(visit.project, 'ticket', ticket.id)}#preview" class="change">${visit.token.field()}<input type="hidden" name="changetime" value="${secondsOf(ticket.changetime)}">
<h2 id="change">Change #${ticket.id}</h2>
<p><label>Comment (wiki text)<textarea name="comment" rows="8">
${comment}</textarea></label></p>
<fieldset><legend>Properties</legend>${factInputs(facts, choices)}</fieldset>
${actionInputs(ticket, intent, choices)}<p><button name="preview" value="1">Preview</button> <button>Save changes</button></p></form>
`
}

function preview(ticket: TicketRow, draft: Draft | null, place: Place): Markup | '' {
  if (!draft?.after || draft.problems.length > 0) return ''
  return html`<section class="preview" id="preview"><h2>Preview: nothing is saved yet</h2>${changeList(differences(ticket, draft.after))}<div class="wikitext">${wikiToHtml(draft.comment, place)}</div></section>\n`
}

function whyNot({ visitor, project }: ProjectVisit): Markup {
  return html`<p class="note">${visitor.kind === 'anonymous' ? 'Log in to change this ticket or to comment on it' : `You (${visitor.login}) may read this ticket; to change it or to comment on it takes TICKET_CHANGE in ${project.title}. Its administrators can give it to you`}.</p>`
}
