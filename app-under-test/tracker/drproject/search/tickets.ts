import { read } from '../db/read.ts'
import type { Environment } from '../environment.ts'
import type { ProjectRow } from '../model.ts'
import type { Hit } from './source.ts'

/** Tickets that hold the terms in their summary, their description or their comments: one term may be here, another there. */
export async function searchTickets(env: Environment, project: ProjectRow, terms: readonly string[], limit: number): Promise<Hit[]> {
  const holdsTerm = (_: string, i: number) => `(summary ILIKE $${i + 3} OR description ILIKE $${i + 3} OR EXISTS (SELECT 1 FROM ticket_change AS c WHERE ${isComment} AND newvalue ILIKE $${i + 3}))`
  const rows = await read(
    env,
    `SELECT id, type, status, resolution, summary, changetime, reporter, description, (SELECT string_agg(newvalue, E'\\n' ORDER BY c.time) FROM ticket_change AS c WHERE ${isComment})
      FROM (SELECT * FROM ticket AS t WHERE project = $1 AND ${terms.map(holdsTerm).join(' AND ')} ORDER BY changetime DESC, id DESC LIMIT $2) AS t ORDER BY changetime DESC, id DESC`,
    [project.name, limit, ...terms.map((term) => `%${term.replaceAll(/[\\%_]/g, '\\$&')}%`)],
  )
  return rows.map(([id, type, status, resolution, summary, changetime, reporter, description, comments]) => ({
    kind: 'ticket',
    path: ['ticket', Number(id)],
    title: `#${Number(id)}: ${String(summary)} (${String(type)}, ${String(resolution || status)})`,
    text: `${String(description)}\n${String(comments ?? '')}`,
    time: new Date(Number(changetime) * 1000),
    author: String(reporter),
  }))
}

const isComment = "c.project = t.project AND c.ticket = t.id AND c.field = 'comment'"
