import { calendarOf } from './calendar.ts'
import { addPerson } from './people.ts'
import { addProject } from './project.ts'
import { poisson, randomOf } from './random.ts'
import { noRows, type Rows } from './rows.ts'

/** Every row of a preset; the same seed gives the same rows. */
export type Preset = { readonly lastDay: string; readonly rows: (seed: number) => Rows }

export const PRESETS: Readonly<Record<string, Preset>> = {
  course: { lastDay: '2006-04-02', rows: course },
}

/** A term of 2006: twenty teams, thirteen weeks from Monday 2 January on, about a hundred tickets each, three deadlines; and the people who teach it, among themselves. */
function course(seed: number): Rows {
  const rows = noRows()
  const deadlines = [22, 52, 88]
  const calendar = calendarOf('2006-01-02', 91, deadlines)
  for (const [i, name] of COURSE_PROJECTS.entries()) {
    const team = Array.from({ length: 6 }, (_, member) => `${FIRST_NAMES[(i * 6 + member) % FIRST_NAMES.length]!.toLowerCase()}${i}`)
    for (const [member, login] of team.entries()) addPerson(rows, seed, login, `${FIRST_NAMES[(i * 6 + member) % FIRST_NAMES.length]} ${LAST_NAMES[(i * 5 + member * 7) % LAST_NAMES.length]}`)
    addProject(rows, { seed, name, tickets: poisson(randomOf(seed, name, 'size'), 100), team, calendar, deadlines, commitsPerDay: 2.6, wikiEditsPerDay: 2, mailsPerDay: 1 })
  }
  for (const [login, name] of STAFF) addPerson(rows, seed, login, name)
  const team = [...STAFF.map(([login]) => login), 'ada0', 'grace1', 'mina2']
  addProject(rows, { seed, name: 'Staff', public: false, tickets: 10, team, calendar, deadlines, commitsPerDay: 0.3, wikiEditsPerDay: 0.3, mailsPerDay: 0.2 })
  return rows
}

const STAFF = [['irene', 'Irene Castell'], ['marcus', 'Marcus Thorne'], ['sunita', 'Sunita Rao']] as const

const COURSE_PROJECTS = ['All', 'Argon', 'Beacon', 'Cedar', 'Delta', 'Ember', 'Fjord', 'Garnet', 'Harbor', 'Iris', 'Juniper', 'Kestrel', 'Lumen', 'Maple', 'Nimbus', 'Onyx', 'Puffin', 'Quartz', 'Raven', 'Sable']
const FIRST_NAMES = ['Ada', 'Ben', 'Chloe', 'Dev', 'Eva', 'Finn', 'Grace', 'Hugo', 'Ines', 'Jae', 'Kofi', 'Lena', 'Mina', 'Noor', 'Omar', 'Pia', 'Quinn', 'Ravi', 'Sofia', 'Tariq', 'Uma', 'Viktor', 'Wen', 'Yara', 'Zoe']
const LAST_NAMES = ['Adler', 'Brook', 'Chen', 'Dawson', 'Evans', 'Fischer', 'Gupta', 'Haddad', 'Ivanov', 'Jones', 'Kim', 'Lopez', 'Moreau', 'Novak', 'Okafor', "O'Neil", 'Park', 'Rossi', 'Silva', 'Tanaka', 'Weiss', 'Young']
