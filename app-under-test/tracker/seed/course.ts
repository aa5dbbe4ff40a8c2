import { calendarOf } from './calendar.ts'
import { FIRST_NAMES, LAST_NAMES, personRow } from './people.ts'
import type { ProjectSpec } from './project.ts'
import { poisson, randomOf } from './random.ts'
import type { SeedRow } from './rows.ts'

/** A term of 2006: twenty teams, thirteen weeks from Monday 2 January on, about a hundred tickets each, three deadlines; and those who teach it, among themselves. */
export function course(seed: number): { readonly people: readonly SeedRow[]; readonly projects: readonly ProjectSpec[] } {
  const deadlines = [22, 52, 88]
  const calendar = calendarOf('2006-01-02', 91, deadlines)
  const common = { seed, calendar, deadlines, others: [], editsPerTicket: 1.4 }
  const teams = TEAMS.map((name, i) => ({ name, members: Array.from({ length: 6 }, (_, member) => memberOf(i, member)) }))
  const staff = [...STAFF.map(([login]) => login), ...teams.slice(0, 3).map(({ members }) => members[0]![0])]
  return {
    people: [...teams.flatMap(({ members }) => members), ...STAFF].map(([login, name]) => personRow(seed, login, name)),
    projects: [
      ...teams.map(({ name, members }) => ({ ...common, name, public: true, tickets: poisson(randomOf(seed, name, 'size'), 100), team: members.map(([login]) => login), commits: { perDay: 2.6, k: 0.94, quiet: 0 }, wikiEditsPerDay: 2, mailsPerDay: 1 })),
      { ...common, name: 'Staff', public: false, tickets: 10, team: staff, commits: { perDay: 0.3, k: 0.94, quiet: 0 }, wikiEditsPerDay: 0.3, mailsPerDay: 0.2 },
    ],
  }
}

const memberOf = (team: number, member: number) => {
  const first = FIRST_NAMES[(team * 6 + member) % FIRST_NAMES.length]!
  return [`${first.toLowerCase()}${team}`, `${first} ${LAST_NAMES[(team * 5 + member * 7) % LAST_NAMES.length]}`] as const
}

const TEAMS = ['All', 'Argon', 'Beacon', 'Cedar', 'Delta', 'Ember', 'Fjord', 'Garnet', 'Harbor', 'Iris', 'Juniper', 'Kestrel', 'Lumen', 'Maple', 'Nimbus', 'Onyx', 'Puffin', 'Quartz', 'Raven', 'Sable']
const STAFF = [['irene', 'Irene Castell'], ['marcus', 'Marcus Thorne'], ['sunita', 'Sunita Rao']] as const
