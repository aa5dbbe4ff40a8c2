import { CAPABILITIES, type Capability } from '../drproject/auth/capabilities.ts'
import type { Calendar } from './calendar.ts'
import { chance, exponential, negativeBinomial, pareto, pick, poisson, randomOf, weighted, zipf, type Random } from './random.ts'
import type { Rows } from './rows.ts'
import { message, snippet, title, words } from './text.ts'
import { addWiki } from './wiki.ts'

/** One project: its size, its people and its days. The same values give the same rows. */
export type ProjectSpec = {
  readonly seed: number
  readonly name: string
  /** Whether strangers may read it. Default true. */
  readonly public?: boolean
  readonly tickets: number
  /** Most active first; all of them are in `person`. */
  readonly team: readonly string[]
  readonly calendar: Calendar
  /** Days of the calendar on which a milestone is due. */
  readonly deadlines: readonly number[]
  readonly commitsPerDay: number
  readonly wikiEditsPerDay: number
  readonly mailsPerDay: number
}

/** Adds the project's rows to every table. */
export function addProject(rows: Rows, spec: ProjectSpec): void {
  const { name, team, calendar } = spec
  rows.project.push([name, `Project ${name}`, `What the ${name} team builds.`, calendar.begin, spec.public ?? true])
  for (const [role, capabilities] of Object.entries(ROLES)) {
    rows.role.push([name, role])
    for (const capability of capabilities) rows.permission.push([name, role, capability])
  }
  for (const [i, login] of team.entries()) rows.membership.push([name, login, i === 0 ? 'admin' : 'developer'])
  const stream = (part: string) => randomOf(spec.seed, name, part)
  addMilestones(rows, spec, stream('milestones'))
  addTickets(rows, spec, stream('tickets'), stream('ticket code'))
  addWiki(rows, spec, stream('wiki'))
  addRepository(rows, spec, stream('repository'))
  addMail(rows, spec, stream('mail'))
}

function addMilestones(rows: Rows, { name, calendar, deadlines }: ProjectSpec, random: Random): void {
  for (const [i, deadline] of deadlines.entries()) {
    const due = calendar.begin + deadline * DAY + 23 * 3600
    const completed = due - Math.floor(exponential(random, 0.5 * DAY))
    rows.milestone.push([name, milestoneName(i), due, completed <= calendar.end ? completed : 0, words(random, 60)])
  }
}

function addTickets(rows: Rows, spec: ProjectSpec, random: Random, code: Random): void {
  const opened = Array.from({ length: spec.tickets }, () => spec.calendar.second(random)).sort((a, b) => a - b)
  const reporters = zipf(spec.team.length, 1.1)
  for (const [i, time] of opened.entries()) {
    const id = i + 1
    const reporter = spec.team[weighted(random, reporters)]!
    const state: TicketState = { owner: '', status: 'new', resolution: '', priority: pick(random, PRIORITIES), milestone: milestoneAt(spec, time), component: pick(random, COMPONENTS) }
    const first = { ...state }
    const changed = addTicketChanges(rows, spec, random, id, time, state)
    rows.ticket.push([spec.name, id, pick(random, TYPES), time, changed, first.component, state.priority, state.owner, reporter, state.milestone, state.status, state.resolution, title(random), `${message(random, id - 1)}${chance(code, 0.15) ? `\n\n${snippet(code)}` : ''}`])
  }
}

type TicketState = { owner: string; status: string; resolution: string; priority: string; milestone: string; component: string }

/** Somebody takes the ticket, people talk, somebody closes it: 5 to 6 rows. Edits that would fall after the last day are not made yet. */
function addTicketChanges(rows: Rows, { name, team, calendar }: ProjectSpec, random: Random, ticket: number, opened: number, state: TicketState): number {
  const committers = zipf(team.length, 1.9)
  let time = opened
  const edit = (fields: Partial<TicketState>, comment: number) => {
    time += 60 + Math.floor(exponential(random, 2.5 * DAY))
    if (time > calendar.end) return
    const author = team[weighted(random, committers)]!
    for (const [field, newvalue] of Object.entries(fields)) {
      const before = state[field as keyof TicketState]
      if (before === newvalue) continue
      rows.ticket_change.push([name, ticket, time, author, field, before, newvalue])
      state[field as keyof TicketState] = newvalue
    }
    if (Object.keys(fields).length === 0 || chance(random, comment)) rows.ticket_change.push([name, ticket, time, author, 'comment', '', message(random, ticket)])
    changed = time
  }

  let changed = opened
  if (chance(random, 0.75)) edit({ owner: team[weighted(random, committers)]!, status: 'assigned' }, 0.6)
  for (let comments = negativeBinomial(random, 1.4, 1.5); comments > 0; comments--) edit(chance(random, 0.3) ? { priority: pick(random, PRIORITIES) } : {}, 0.9)
  if (chance(random, 0.8)) edit({ status: 'closed', resolution: pick(random, RESOLUTIONS) }, 0.9)
  if (state.status === 'closed' && chance(random, 0.08)) edit({ status: 'reopened', resolution: '' }, 1)
  return changed
}

function addRepository(rows: Rows, { name, team, calendar, commitsPerDay, tickets }: ProjectSpec, random: Random): void {
  const committers = zipf(team.length, 1.9)
  const files = Array.from({ length: 400 }, (_, i) => `trunk/${COMPONENTS[i % COMPONENTS.length]}/${pick(random, ['main', 'util', 'test', 'view', 'model', 'doc'])}${i}.${pick(random, ['py', 'java', 'txt', 'html'])}`)
  for (const [i, time] of times(random, calendar, (day) => negativeBinomial(random, commitsPerDay * calendar.weight(day), 0.94)).entries()) {
    const rev = i + 1
    rows.revision.push([name, rev, time, team[weighted(random, committers)]!, message(random, tickets)])
    const touched = new Set<string>()
    for (let left = Math.min(Math.floor(pareto(random, 1.37)), 100); left > 0; left--) touched.add(pick(random, files))
    for (const path of touched) rows.node_change.push([name, rev, path, pick(random, ['A', 'M', 'M', 'M', 'M', 'D'])])
  }
}

function addMail(rows: Rows, { name, team, calendar, mailsPerDay, tickets }: ProjectSpec, random: Random): void {
  const authors = zipf(team.length, 1.1)
  const subjects: string[] = []
  for (const [i, time] of times(random, calendar, () => poisson(random, mailsPerDay)).entries()) {
    const answered = i > 0 && chance(random, 0.6) ? 1 + Math.floor(random() * i) : 0
    const subject = answered > 0 ? `Re: ${subjects[answered - 1]!.replace(/^Re: /, '')}` : title(random)
    subjects.push(subject)
    rows.message.push([name, i + 1, time, team[weighted(random, authors)]!, subject, `${message(random, tickets)}\n\n${message(random, tickets)}`, answered])
  }
}

/** Seconds in order, as many on each day as `perDay` draws. */
export function times(random: Random, calendar: Calendar, perDay: (day: number) => number): number[] {
  const drawn: number[] = []
  for (let day = 0; day < calendar.days; day++) for (let left = perDay(day); left > 0; left--) drawn.push(calendar.secondOn(random, day))
  return drawn.sort((a, b) => a - b)
}

const milestoneName = (index: number) => `milestone${index + 1}`

function milestoneAt({ calendar, deadlines }: ProjectSpec, time: number): string {
  const next = deadlines.findIndex((deadline) => calendar.begin + (deadline + 1) * DAY > time)
  return next < 0 ? '' : milestoneName(next)
}

const DAY = 86_400

const ROLES: Readonly<Record<string, readonly Capability[]>> = {
  admin: CAPABILITIES,
  developer: ['VIEW', 'WIKI_EDIT', 'TICKET_CREATE', 'TICKET_CHANGE', 'MILESTONE_EDIT'],
  viewer: ['VIEW'],
}

const TYPES = ['defect', 'defect', 'defect', 'enhancement', 'task']
const PRIORITIES = ['lowest', 'low', 'normal', 'normal', 'normal', 'high', 'highest']
export const COMPONENTS = ['parser', 'web', 'database', 'reports', 'build', 'docs']
const RESOLUTIONS = ['fixed', 'fixed', 'fixed', 'invalid', 'wontfix', 'duplicate', 'worksforme']
