import { calendarOf, DAY } from './calendar.ts'
import { course } from './course.ts'
import { FIRST_NAMES, LAST_NAMES, personRow } from './people.ts'
import { projectRows, type ProjectSpec } from './project.ts'
import type { Rows, SeedRow } from './rows.ts'

/** A tracker's people and projects, from a seed number. The same number gives the same rows. */
export type Preset = {
  readonly about: string
  readonly lastDay: string
  /** About how many rows it has. */
  readonly size: number
  readonly projects: (seed: number) => readonly ProjectSpec[]
  readonly rows: (seed: number) => Rows
}

export const PRESETS: Readonly<Record<string, Preset>> = {
  course: { about: '20 projects of a hundred tickets, 13 weeks', lastDay: '2006-04-02', size: 38_000, projects: (seed) => course(seed).projects, rows: courseRows },
  edgewall: openSource({ about: 'a project like Trac in 2006: 2,000 tickets, 54 weeks', name: 'Trac', first: '2006-01-02', days: 377, tickets: 2_000, editsPerTicket: 1.1, team: 12, others: 300, mailsPerDay: 12 }),
  django: openSource({ about: 'a project like Django in 2008: 8,000 tickets, 1,000 days', name: 'Django', first: '2006-04-10', days: 1_000, tickets: 8_000, editsPerTicket: 1.1, team: 25, others: 1_000, mailsPerDay: 20 }),
  large: openSource({ about: '60,000 tickets with 400,000 changes, ten years', name: 'Large', first: '1999-01-04', days: 3_650, tickets: 60_000, editsPerTicket: 1.92, team: 60, others: 3_000, mailsPerDay: 15 }),
}

function* courseRows(seed: number): Generator<SeedRow> {
  const { people, projects } = course(seed)
  yield* people
  for (const project of projects) yield* projectRows(project)
}

type OpenSource = { readonly about: string; readonly name: string; readonly first: string; readonly days: number; readonly tickets: number; readonly editsPerTicket: number; readonly team: number; readonly others: number; readonly mailsPerDay: number }

/** One project with a team, a public that reports, a release every four months and days without a commit. */
function openSource({ about, name, first, days, team, others, ...size }: OpenSource): Preset {
  const logins = Array.from({ length: team + others }, (_, i) => `${FIRST_NAMES[i % FIRST_NAMES.length]!.toLowerCase()}${i}`)
  const project = (seed: number): ProjectSpec => ({
    ...size,
    seed,
    name,
    public: true,
    team: logins.slice(0, team),
    others: logins.slice(team),
    calendar: calendarOf(first, days, []),
    deadlines: Array.from({ length: Math.floor(days / 120) }, (_, i) => 100 + i * 120),
    commits: { perDay: 2.6, k: 1.54, quiet: 0.2 },
    wikiEditsPerDay: 2,
  })
  return {
    about,
    lastDay: new Date(Date.parse(first) + (days - 1) * DAY * 1000).toISOString().slice(0, 10),
    size: Math.round(size.tickets * (5.1 + 1.4 * size.editsPerTicket) + days * (2 + 2.6 * 3.8 + size.mailsPerDay)),
    projects: (seed) => [project(seed)],
    rows: function* (seed) {
      for (const [i, login] of logins.entries()) yield person(seed, login, i)
      yield* projectRows(project(seed))
    },
  }
}

const person = (seed: number, login: string, i: number): SeedRow => personRow(seed, login, `${FIRST_NAMES[i % FIRST_NAMES.length]} ${LAST_NAMES[(i * 7 + Math.floor(i / FIRST_NAMES.length)) % LAST_NAMES.length]}`)
