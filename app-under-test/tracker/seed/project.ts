import { CAPABILITIES, type Capability } from '../drproject/auth/capabilities.ts'
import { DAY, type Calendar } from './calendar.ts'
import { historyOf } from './history.ts'
import { mailRows } from './mail.ts'
import { exponential, randomOf } from './random.ts'
import type { SeedRow } from './rows.ts'
import { words } from './text.ts'
import { milestoneName, ticketRows } from './tickets.ts'
import { wikiRows } from './wiki.ts'

/** One project: its size, its people and its days. The same values give the same rows. */
export type ProjectSpec = {
  readonly seed: number
  readonly name: string
  /** Whether strangers may read it. */
  readonly public: boolean
  readonly tickets: number
  /** Comments and small edits of a ticket between its beginning and its end, on average. */
  readonly editsPerTicket: number
  /** Its members, most active first; the first one is its admin. All of them are in `person`. */
  readonly team: readonly string[]
  /** Who else reports tickets and writes mail, most active first. */
  readonly others: readonly string[]
  readonly calendar: Calendar
  /** Days of the calendar on which a milestone is due. */
  readonly deadlines: readonly number[]
  readonly commits: Commits
  readonly wikiEditsPerDay: number
  readonly mailsPerDay: number
}

/** How many commits a day has: on `quiet` of the days none at all, on the others a negative binomial number of shape `k`. */
export type Commits = { readonly perDay: number; readonly k: number; readonly quiet: number }

/** The project's rows in every table. */
export function* projectRows(spec: ProjectSpec): Generator<SeedRow> {
  const { name, team, calendar } = spec
  yield ['project', [name, `Project ${name}`, `What the ${name} team builds.`, calendar.begin, spec.public]]
  for (const [role, capabilities] of Object.entries(ROLES)) {
    yield ['role', [name, role]]
    for (const capability of capabilities) yield ['permission', [name, role, capability]]
  }
  for (const [i, login] of team.entries()) yield ['membership', [name, login, i === 0 ? 'admin' : 'developer']]
  yield* milestoneRows(spec)
  yield* ticketRows(spec)
  yield* wikiRows(spec)
  yield* repositoryRows(spec)
  yield* mailRows(spec)
}

const ROLES: Readonly<Record<string, readonly Capability[]>> = {
  admin: CAPABILITIES,
  developer: ['VIEW', 'WIKI_EDIT', 'TICKET_CREATE', 'TICKET_CHANGE', 'MILESTONE_EDIT'],
  viewer: ['VIEW'],
}

function* milestoneRows({ seed, name, calendar, deadlines }: ProjectSpec): Generator<SeedRow> {
  const random = randomOf(seed, name, 'milestones')
  for (const [i, deadline] of deadlines.entries()) {
    const due = calendar.begin + deadline * DAY + 23 * 3600
    const completed = due - Math.floor(exponential(random, 0.5 * DAY))
    yield ['milestone', [name, milestoneName(i), due, completed <= calendar.end ? completed : 0, words(random, 60)]]
  }
}

function* repositoryRows(spec: ProjectSpec): Generator<SeedRow> {
  for (const { rev, time, author, message, changes } of historyOf(spec)) {
    yield ['revision', [spec.name, rev, time, author, message]]
    for (const { path, change } of changes) yield ['node_change', [spec.name, rev, path, change]]
  }
}
