import { record, type RowOf } from './db/record.ts'

/** A project: wiki, tickets, repository, milestones and mailing list of one team. */
export const Project = record({
  name: 'Project',
  table: 'project',
  key: ['name'],
  columns: { name: 'text', title: 'text', description: 'text', created: 'time', public: 'boolean' },
})

export const User = record({
  name: 'User',
  table: 'person',
  key: ['login'],
  columns: { login: 'text', name: 'text', email: 'text' },
})

/** Who belongs to a project, and as what. */
export const Membership = record({
  name: 'Membership',
  table: 'membership',
  key: ['project', 'login'],
  columns: { project: 'text', login: 'text', role: 'text' },
})

/** What a role of a project may do. */
export const Permission = record({
  name: 'Permission',
  table: 'permission',
  key: ['project', 'role', 'action'],
  columns: { project: 'text', role: 'text', action: 'text' },
})

/** A login that still counts. */
export const AuthCookie = record({
  name: 'AuthCookie',
  table: 'auth_cookie',
  key: ['cookie'],
  columns: { cookie: 'text', login: 'text', ipnr: 'text', time: 'time' },
})

/** One changed field of a ticket, or a comment; rows of one edit share their time. */
export const TicketChange = record({
  name: 'TicketChange',
  table: 'ticket_change',
  key: ['project', 'ticket', 'time', 'field'],
  columns: { project: 'text', ticket: 'integer', time: 'time', author: 'text', field: 'text', oldvalue: 'text', newvalue: 'text' },
  related: { by: (env, change) => User.select(env, change.author) },
})

export const Ticket = record({
  name: 'Ticket',
  table: 'ticket',
  key: ['project', 'id'],
  columns: {
    project: 'text',
    id: 'integer',
    type: 'text',
    time: 'time',
    changetime: 'time',
    component: 'text',
    priority: 'text',
    owner: 'text',
    reporter: 'text',
    milestone: 'text',
    status: 'text',
    resolution: 'text',
    summary: 'text',
    description: 'text',
  },
  related: {
    by: (env, ticket) => User.select(env, ticket.reporter),
    changes: (env, ticket) => TicketChange.select(env, ticket.project, ticket.id),
  },
})

/** A query over tickets that somebody saved under a title. */
export const SavedReport = record({
  name: 'SavedReport',
  table: 'report',
  key: ['project', 'id'],
  columns: { project: 'text', id: 'integer', title: 'text', description: 'text', query: 'text', author: 'text', time: 'time' },
})

/** One version of a page. */
export const WikiPage = record({
  name: 'WikiPage',
  table: 'wiki',
  key: ['project', 'name', 'version'],
  columns: { project: 'text', name: 'text', version: 'integer', time: 'time', author: 'text', text: 'text', comment: 'text' },
})

/** One version of a page, without its text. */
export const WikiVersion = record({
  name: 'WikiVersion',
  table: 'wiki',
  key: ['project', 'name', 'version'],
  columns: { project: 'text', name: 'text', version: 'integer', time: 'time', author: 'text', comment: 'text' },
})

/** A page as it is now. */
export const NewestWikiPage = record({
  name: 'NewestWikiPage',
  table: 'wiki_newest',
  key: ['project', 'name'],
  columns: { project: 'text', name: 'text', version: 'integer', time: 'time', author: 'text', text: 'text' },
})

export const Milestone = record({
  name: 'Milestone',
  table: 'milestone',
  key: ['project', 'name'],
  columns: { project: 'text', name: 'text', due: 'time', completed: 'time', description: 'text' },
})

export const Changeset = record({
  name: 'Changeset',
  table: 'revision',
  key: ['project', 'rev'],
  columns: { project: 'text', rev: 'integer', time: 'time', author: 'text', message: 'text' },
})

/** A mail to the project's list. */
export const Message = record({
  name: 'Message',
  table: 'message',
  key: ['project', 'id'],
  columns: { project: 'text', id: 'integer', time: 'time', author: 'text', subject: 'text', body: 'text' },
})

/** A file that belongs to a wiki page or a ticket. */
export const Attachment = record({
  name: 'Attachment',
  table: 'attachment',
  key: ['project', 'parent_type', 'parent_id', 'filename'],
  columns: { project: 'text', parent_type: 'text', parent_id: 'text', filename: 'text', size: 'integer', time: 'time', author: 'text', description: 'text', content: 'bytes' },
})

/** A file without what is in it. */
export const AttachmentEntry = record({
  name: 'AttachmentEntry',
  table: 'attachment',
  key: ['project', 'parent_type', 'parent_id', 'filename'],
  columns: { project: 'text', parent_type: 'text', parent_id: 'text', filename: 'text', size: 'integer', time: 'time', author: 'text', description: 'text' },
})

export type ProjectRow = RowOf<typeof Project>
export type TicketRow = RowOf<typeof Ticket>
export type TicketChangeRow = RowOf<typeof TicketChange>
export type WikiPageRow = RowOf<typeof WikiPage>
