import type { PooledConnection } from '../db/pool.ts'
import type { RowOf } from '../db/record.ts'
import { insert, lockProject, remove, transaction, update } from '../db/write.ts'
import type { Environment } from '../environment.ts'
import { Milestone, type ProjectRow } from '../model.ts'
import { secondsOf } from '../web/time.ts'

export type MilestoneRow = RowOf<typeof Milestone>

export type MilestoneFields = Pick<MilestoneRow, 'name' | 'due' | 'completed' | 'description'>

/** `taken`: another has that name. `stale`: somebody else changed or removed it since it was read. Both: nothing was written. */
export type Outcome = 'saved' | 'taken' | 'stale'

export async function createMilestone(env: Environment, { name: project }: ProjectRow, fields: MilestoneFields): Promise<Outcome> {
  return transaction(env, async (cnx) => {
    if (await isTaken(cnx, project, fields.name)) return 'taken'
    await insert(cnx, Milestone, { project, ...fields })
    return 'saved'
  })
}

/** What changes with a milestone beside itself: its open tickets go on to another when it is completed. */
export type Moving = { readonly author: string; readonly openTicketsTo: string | null }

export async function changeMilestone(env: Environment, before: MilestoneRow, after: MilestoneFields, { author, openTicketsTo }: Moving): Promise<Outcome> {
  const { project } = before
  return transaction(env, async (cnx) => {
    if (after.name !== before.name && (await isTaken(cnx, project, after.name))) return 'taken'
    if ((await update(cnx, Milestone, before, after)) === 0) return 'stale'
    const move = { project, from: before.name, author, now: env.now() }
    if (openTicketsTo !== null) await moveTickets(cnx, { ...move, to: openTicketsTo, which: 'open' })
    if (after.name !== before.name) await moveTickets(cnx, { ...move, to: after.name, which: 'all' })
    return 'saved'
  })
}

export async function deleteMilestone(env: Environment, before: MilestoneRow, { author, ticketsTo }: { readonly author: string; readonly ticketsTo: string }): Promise<Outcome> {
  const { project, name } = before
  return transaction(env, async (cnx) => {
    if ((await remove(cnx, Milestone, { ...before })) === 0) return 'stale'
    await moveTickets(cnx, { project, from: name, to: ticketsTo, author, now: env.now(), which: 'all' })
    return 'saved'
  })
}

/** Milestones of one project get their names one after the other. */
async function isTaken(cnx: PooledConnection, project: string, name: string): Promise<boolean> {
  await lockProject(cnx, project)
  return (await cnx.query('SELECT 1 FROM milestone WHERE project = $1 AND name = $2', [project, name])).length > 0
}

type Move = { readonly project: string; readonly from: string; readonly to: string; readonly author: string; readonly now: Date; readonly which: 'open' | 'all' }

/** All in one statement, each recorded as a change of its ticket, at a time later than any of its others. */
async function moveTickets(cnx: PooledConnection, { project, from, to, author, now, which }: Move): Promise<void> {
  await cnx.query(
    `WITH moved AS (
       UPDATE ticket SET milestone = $3, changetime = greatest($4, changetime + 1)
       WHERE project = $1 AND milestone = $2${which === 'open' ? " AND status <> 'closed'" : ''} RETURNING project, id, changetime)
     INSERT INTO ticket_change (project, ticket, time, author, field, oldvalue, newvalue) SELECT project, id, changetime, $5, 'milestone', $2, $3 FROM moved`,
    [project, from, to, secondsOf(now), author],
  )
}
