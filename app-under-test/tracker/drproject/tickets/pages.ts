import { Ticket } from '../model.ts'
import { html } from '../web/html.ts'
import { page } from '../web/http.ts'
import { layout } from '../web/layout.ts'
import { projectPage } from '../web/project-page.ts'

/** `/PROJECT/ticket/N`: a ticket and everything that was changed in it. */
export const ticketModule = projectPage({
  path: /\/ticket\/(?<id>\d{1,9})/,
  answer: async (visit, { id }) => {
    using tickets = await Ticket.select(visit.env, visit.project.name, Number(id))
    const ticket = tickets[0]
    if (!ticket) return null
    const facts = [['Status', `${ticket.status} ${ticket.resolution}`], ['Type', ticket.type], ['Priority', ticket.priority], ['Component', ticket.component], ['Milestone', ticket.milestone], ['Owner', ticket.owner], ['Reporter', ticket.by[0]?.name ?? ticket.reporter]] as const
    const changes = ticket.changes.map(
      (change) => html`<dt>${change.time.toISOString().slice(0, 16).replace('T', ' ')} ${change.by[0]?.name ?? change.author}</dt><dd>${change.field === 'comment' ? change.newvalue : `${change.field}: ${change.oldvalue} -> ${change.newvalue}`}</dd>\n`,
    )
    const body = html`<h1>#${ticket.id}: ${ticket.summary}</h1><table>${facts.map(([fact, value]) => html`<tr><th>${fact}</th><td>${value}</td></tr>`)}</table>
<p>${ticket.description}</p><h2>Changes</h2><dl>${changes}</dl>`
    return page(layout(visit, { title: `#${ticket.id}`, body }))
  },
})
