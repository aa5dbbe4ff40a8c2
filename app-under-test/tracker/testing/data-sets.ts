import { calendarOf } from '../seed/calendar.ts'
import { personRow } from '../seed/people.ts'
import { projectRows, type ProjectSpec } from '../seed/project.ts'
import { randomOf } from '../seed/random.ts'
import type { SeedRow } from '../seed/rows.ts'

/** Thirty-one days of one project, all of them inside the timeline's default window. */
export type DataSet = { readonly project: string; readonly tickets: number }

/** The last moment of the data, for the scripts' clock. */
export const DATA_SETS_NOW = '2006-01-31T18:00:00Z'

/** Data sets of about `tickets` tickets each (10 % less to 10 % more): each has its own size, people and days. */
export function dataSetsOf(seed: number, tickets: number, count: number): readonly DataSet[] {
  return Array.from({ length: count }, (_, i) => {
    const project = `w${tickets}-${i}`
    return { project, tickets: Math.round(tickets * (0.9 + 0.2 * randomOf(seed, project, 'size')())) }
  })
}

export function* rowsOf(seed: number, dataSets: readonly DataSet[]): Generator<SeedRow> {
  for (const login of TEAM) yield personRow(seed, login, login.toUpperCase())
  for (const spec of specsOf(seed, dataSets)) yield* projectRows(spec)
}

export function specsOf(seed: number, dataSets: readonly DataSet[]): readonly ProjectSpec[] {
  const calendar = calendarOf('2006-01-01', 31, [])
  const common = { seed, public: true, editsPerTicket: 1.4, team: TEAM, others: [], calendar, deadlines: [13, 27], commits: { perDay: 2.6, k: 0.94, quiet: 0 }, wikiEditsPerDay: 2, mailsPerDay: 1 }
  return dataSets.map(({ project, tickets }) => ({ ...common, name: project, tickets }))
}

const TEAM = ['ada', 'ben', 'chloe', 'dev', 'eva', 'finn']
