import { insert, lockProject, remove, transaction } from '../db/write.ts'
import type { Environment } from '../environment.ts'
import { Attachment, type ProjectRow } from '../model.ts'
import { freeFileName } from './file-name.ts'
import type { Parent } from './parent.ts'

export const LARGEST_FILE_BYTES = 512 * 1024
export const MOST_FILES = 32
export const LARGEST_SUM_BYTES = 8 * 1024 * 1024

export type Upload = { readonly filename: string; readonly content: Uint8Array; readonly description: string; readonly author: string }

/** Keeps the file, under another name if its own is taken. Says what stands against it: how many there are, or how large they are together. */
export async function addAttachment(env: Environment, project: ProjectRow, { type, id }: Parent, { filename, content, description, author }: Upload): Promise<'kept' | 'too many' | 'too large together'> {
  return transaction(env, async (cnx) => {
    await lockProject(cnx, project.name)
    const rows = await cnx.query('SELECT filename, size FROM attachment WHERE project = $1 AND parent_type = $2 AND parent_id = $3', [project.name, type, id])
    if (rows.length >= MOST_FILES) return 'too many'
    if (rows.reduce((sum, [, size]) => sum + Number(size), content.length) > LARGEST_SUM_BYTES) return 'too large together'
    const free = freeFileName(filename, new Set(rows.map(([taken]) => String(taken))))
    await insert(cnx, Attachment, { project: project.name, parent_type: type, parent_id: id, filename: free, size: content.length, content, time: env.now(), author, description })
    return 'kept'
  })
}

/** False if there is no such file (any more). */
export const removeAttachment = (env: Environment, project: ProjectRow, { type, id }: Parent, filename: string): Promise<boolean> =>
  transaction(env, async (cnx) => (await remove(cnx, Attachment, { project: project.name, parent_type: type, parent_id: id, filename })) > 0)
