import type { Capability } from '../auth/capabilities.ts'
import { read } from '../db/read.ts'
import { pathIn, type ProjectVisit } from '../web/visit.ts'
import { isPageName } from '../wiki/page-name.ts'

/** What a file can belong to. */
export type ParentType = 'wiki' | 'ticket'

export type Parent = { readonly type: ParentType; readonly id: string; readonly title: string }

/** Null if there is no such page or ticket. */
export async function parentOf({ env, project }: ProjectVisit, type: string | undefined, id: string): Promise<Parent | null> {
  if (type === 'ticket' && /^\d{1,9}$/.test(id)) {
    const [ticket] = await read(env, 'SELECT id FROM ticket WHERE project = $1 AND id = $2', [project.name, Number(id)])
    return ticket ? { type, id: String(Number(id)), title: `#${Number(id)}` } : null
  }
  if (type === 'wiki' && isPageName(id)) {
    const [page] = await read(env, 'SELECT name FROM wiki WHERE project = $1 AND name = $2 AND version = 1', [project.name, id])
    return page ? { type, id, title: id } : null
  }
  return null
}

/** Who may change the page or the ticket may attach files to it. */
export const TO_ATTACH: Readonly<Record<ParentType, Capability>> = { wiki: 'WIKI_EDIT', ticket: 'TICKET_CHANGE' }

export const attachmentsPath = ({ project }: ProjectVisit, { type, id }: Pick<Parent, 'type' | 'id'>): string => pathIn(project, 'attachment', type, id)
