import { insert, lockProject, transaction } from '../db/write.ts'
import type { Environment } from '../environment.ts'
import { WikiPage } from '../model.ts'

/** What somebody wrote, and the version they saw when they began: 0 if there was no page. */
export type Edit = { readonly project: string; readonly name: string; readonly base: number; readonly author: string; readonly text: string; readonly comment: string }

/** Adds a version. False if the page is no longer as the author saw it: then nothing is written. */
export async function savePage(env: Environment, { base, ...written }: Edit): Promise<boolean> {
  return transaction(env, async (cnx) => {
    await lockProject(cnx, written.project)
    const [newest] = await cnx.query('SELECT coalesce(max(version), 0) FROM wiki WHERE project = $1 AND name = $2', [written.project, written.name])
    if (Number(newest?.[0]) !== base) return false
    await insert(cnx, WikiPage, { ...written, version: base + 1, time: env.now() })
    return true
  })
}
