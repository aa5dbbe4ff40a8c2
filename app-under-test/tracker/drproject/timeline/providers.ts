import { during, overlapping } from '../db/criteria.ts'
import { Changeset, Message, Milestone, Ticket, WikiPage, type TicketChangeRow, type TicketRow } from '../model.ts'
import type { EventProvider, TimelineEvent } from './events.ts'

/** The five subsystems, in the order in which the timeline asks them. Only tickets have rows that belong to rows. */
export const PROVIDERS: readonly EventProvider[] = [
  {
    filter: 'wiki',
    events: async (env, project, window) => {
      using pages = await WikiPage.select(env, project.name, during('time', window))
      return pages.map((page) => ({
        kind: 'wiki',
        path: `wiki/${encodeURIComponent(page.name)}?version=${page.version}`,
        title: `${page.name} ${page.version === 1 ? 'created' : 'edited'}`,
        time: page.time,
        author: page.author,
        message: page.comment,
      }))
    },
  },
  {
    filter: 'changeset',
    events: async (env, project, window) => {
      using changesets = await Changeset.select(env, project.name, during('time', window))
      return changesets.map(({ rev, time, author, message }) => ({ kind: 'changeset', path: `changeset/${rev}`, title: `Changeset [${rev}]`, time, author, message }))
    },
  },
  {
    filter: 'milestone',
    events: async (env, project, window) => {
      using milestones = await Milestone.select(env, project.name, during('completed', window))
      return milestones.map(({ name, completed, description }) => ({ kind: 'milestone', path: `milestone/${encodeURIComponent(name)}`, title: `Milestone ${name} completed`, time: completed, author: '', message: description }))
    },
  },
  {
    filter: 'mail',
    events: async (env, project, window) => {
      using messages = await Message.select(env, project.name, during('time', window))
      return messages.map(({ id, time, author, subject, body }) => ({ kind: 'mail', path: `mail/${id}`, title: `Mail: ${subject}`, time, author, message: body }))
    },
  },
  {
    filter: 'ticket',
    events: async (env, project, window, filters) => {
      using tickets = await Ticket.select(env, project.name, overlapping('time', 'changetime', window))
      return tickets
        .flatMap((ticket) => [opened(ticket), ...edits(ticket)])
        .filter((event) => event.time >= window.start && event.time <= window.stop)
        .filter((event) => event.kind !== 'editedticket' || filters.has('ticket_details'))
    },
  },
]

const opened = (ticket: TicketRow): TimelineEvent => ({
  kind: 'newticket',
  path: `ticket/${ticket.id}`,
  title: `Ticket #${ticket.id} (${ticket.summary}) created`,
  time: ticket.time,
  author: ticket.by[0]?.name ?? ticket.reporter,
  message: ticket.description,
})

/** Changes of one second by one author are one edit. */
function edits(ticket: TicketRow): TimelineEvent[] {
  const byEdit = Map.groupBy(ticket.changes, (change) => `${change.time.getTime()} ${change.author}`)
  return [...byEdit.values()].map((changes) => edited(ticket, changes))
}

function edited(ticket: TicketRow, changes: readonly TicketChangeRow[]): TimelineEvent {
  const { time, author, by } = changes[0]!
  const valueOf = (field: string) => changes.find((change) => change.field === field)?.newvalue
  const status = valueOf('status')
  const closing = status === 'closed' || status === 'reopened' ? status : null
  const details = changes.filter((change) => change.field !== 'comment').map((change) => `${change.field}: ${change.newvalue || 'none'}`)
  return {
    kind: closing ? `${closing}ticket` : 'editedticket',
    path: `ticket/${ticket.id}`,
    title: `Ticket #${ticket.id} (${ticket.summary}) ${closing ?? 'updated'}`,
    time,
    author: by[0]?.name ?? author,
    message: [details.join('; '), valueOf('comment')].filter(Boolean).join('. '),
  }
}
