import { insert, lockProject, remove, transaction } from '../../db/write.ts'
import type { Environment } from '../../environment.ts'
import { SavedReport, type ProjectRow } from '../../model.ts'
import { FIRST_SAVED, STANDING, type Report } from './standing.ts'

/** The most that a project can save. */
export const MOST_SAVED = 100

export async function reportsOf(env: Environment, { name }: ProjectRow): Promise<readonly Report[]> {
  using saved = await SavedReport.select(env, name)
  return [...STANDING, ...saved]
}

/** Null if there is no such report. */
export async function reportNumbered(env: Environment, { name }: ProjectRow, id: number): Promise<Report | null> {
  const standing = STANDING.find((report) => report.id === id)
  if (standing) return standing
  using saved = await SavedReport.select(env, name, id)
  return saved[0] ?? null
}

/** Returns the report's number; null if the project has as many as it can. */
export async function saveReport(env: Environment, { name: project }: ProjectRow, report: Omit<Report, 'id'> & { readonly author: string }): Promise<number | null> {
  return transaction(env, async (cnx) => {
    await lockProject(cnx, project)
    const [row] = await cnx.query('SELECT count(*), coalesce(max(id), 0) FROM report WHERE project = $1', [project])
    if (Number(row?.[0]) >= MOST_SAVED) return null
    const id = Math.max(Number(row?.[1]) + 1, FIRST_SAVED)
    await insert(cnx, SavedReport, { ...report, project, id, time: env.now() })
    return id
  })
}

export async function deleteReport(env: Environment, { name: project }: ProjectRow, { id }: Report): Promise<void> {
  await transaction(env, (cnx) => remove(cnx, SavedReport, { project, id }))
}
