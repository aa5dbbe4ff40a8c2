import { insert, lockProject, transaction, update } from '../db/write.ts'
import type { Environment } from '../environment.ts'
import { Ticket, TicketChange, type ProjectRow, type TicketRow } from '../model.ts'
import { secondsOf } from '../web/time.ts'
import { FACTS, type Facts } from './fields.ts'
import type { Standing } from './workflow.ts'

/** Returns the new ticket's id: one more than the project's last. */
export async function createTicket(env: Environment, { name: project }: ProjectRow, ticket: Facts & { readonly owner: string; readonly description: string; readonly reporter: string }): Promise<number> {
  return transaction(env, async (cnx) => {
    await lockProject(cnx, project)
    const [last] = await cnx.query('SELECT coalesce(max(id), 0) FROM ticket WHERE project = $1', [project])
    const [id, now] = [Number(last?.[0]) + 1, env.now()]
    await insert(cnx, Ticket, { ...ticket, project, id, time: now, changetime: now, status: 'new' })
    return id
  })
}

/** What a ticket has that an edit can change. */
export type Editable = Facts & Standing

/**
 * Writes what differs from the ticket as it was read, and the comment, under one time. False if somebody else was faster: then nothing is written.
 * The time is later than any of the ticket's before, however the clock stands: its edits can be told apart, and a stale form can be recognised.
 */
export async function changeTicket(env: Environment, ticket: TicketRow, after: Editable, comment: string, author: string): Promise<boolean> {
  const { project, id, changetime } = ticket
  const changes = differences(ticket, after)
  const time = new Date(1000 * Math.max(secondsOf(env.now()), secondsOf(changetime) + 1))
  return transaction(env, async (cnx) => {
    const fields = Object.fromEntries(changes.map(({ field, newvalue }) => [field, newvalue]))
    if ((await update(cnx, Ticket, { project, id, changetime }, { ...fields, changetime: time })) === 0) return false
    for (const change of changes) await insert(cnx, TicketChange, { project, ticket: id, time, author, ...change })
    if (comment) await insert(cnx, TicketChange, { project, ticket: id, time, author, field: 'comment', oldvalue: '', newvalue: comment })
    return true
  })
}

export type Difference = { readonly field: keyof Editable; readonly oldvalue: string; readonly newvalue: string }

export const differences = (before: Editable, after: Editable): Difference[] =>
  EDITABLE.filter((field) => before[field] !== after[field]).map((field) => ({ field, oldvalue: before[field], newvalue: after[field] }))

const EDITABLE = [...FACTS, 'status', 'owner', 'resolution'] as const
