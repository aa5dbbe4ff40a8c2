import { read } from '../db/read.ts'
import type { Environment } from '../environment.ts'
import type { ProjectRow } from '../model.ts'
import { html, type Markup } from '../web/html.ts'

/** How many tickets are done, and how many are not. */
export type Progress = { readonly closed: number; readonly active: number }

export const NOTHING: Progress = { closed: 0, active: 0 }

/** Of every milestone of a project that has tickets, counted by the database in one go; that of tickets without one under ''. */
export async function progressOfMilestones(env: Environment, { name }: ProjectRow): Promise<ReadonlyMap<string, Progress>> {
  return progressBy(await read(env, `SELECT milestone, ${COUNTS} FROM ticket WHERE project = $1 GROUP BY milestone`, [name]))
}

/** What a milestone's tickets can be counted by. */
export const PARTS = ['component', 'owner', 'status', 'type', 'priority'] as const

export type Part = (typeof PARTS)[number]

/** Of one milestone's tickets, by one of their columns, at most three hundred values of it. */
export async function progressWithin(env: Environment, { name }: ProjectRow, milestone: string, part: Part): Promise<ReadonlyMap<string, Progress>> {
  return progressBy(await read(env, `SELECT ${part}, ${COUNTS} FROM ticket WHERE project = $1 AND milestone = $2 GROUP BY ${part} ORDER BY ${part} LIMIT 300`, [name, milestone]))
}

const COUNTS = "count(*) FILTER (WHERE status = 'closed'), count(*) FILTER (WHERE status <> 'closed')"

const progressBy = (rows: Awaited<ReturnType<typeof read>>) => new Map(rows.map(([value, closed, active]) => [String(value), { closed: Number(closed), active: Number(active) }]))

/** A bar for those who see it, and the same in words. */
export function progressBar({ closed, active }: Progress): Markup {
  const total = closed + active
  return html`<progress max="${Math.max(total, 1)}" value="${closed}">${percentOf(closed, total)}</progress>`
}

export const percentOf = (closed: number, total: number): string => (total === 0 ? 'no tickets' : `${Math.floor((100 * closed) / total)} %`)
