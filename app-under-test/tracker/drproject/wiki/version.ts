import { newestFirst } from '../db/criteria.ts'
import { WikiPage, type WikiPageRow } from '../model.ts'
import { BadRequest } from '../web/http.ts'
import type { ProjectVisit } from '../web/visit.ts'

/** The version that a parameter names; null if it does not. Throws BadRequest if that can be no version. */
export function versionAsked(args: URLSearchParams, parameter: 'version' | 'old_version'): number | null {
  const asked = args.get(parameter)
  if (asked === null || asked === '') return null
  if (!/^\d{1,9}$/.test(asked)) throw new BadRequest(`${parameter}: "${asked.slice(0, 40)}" is not the number of a version, which is 1 for a page's first.`)
  return Number(asked)
}

/** That version of a page, or the newest. Null if there is none. */
export async function pageVersion({ env, project }: ProjectVisit, name: string, version: number | null): Promise<WikiPageRow | null> {
  using versions = await WikiPage.select(env, project.name, name, version ?? newestFirst('version', 1))
  return versions[0] ?? null
}
